"""The rules daily-1 for a whole practice at once, over packed rows with numpy: for jobs and commands, never in a page.

`clinical` says each rule once, for one person; here the cohort's figures are computed for thousands of people in the
same whole numbers, and the tests hold every tally to the one that `clinical` comes to.
"""
