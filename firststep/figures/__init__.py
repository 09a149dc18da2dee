"""Charts: clinical results in, one Plotly figure (a plain dict) out, and a pen that draws it as SVG."""
