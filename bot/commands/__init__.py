"""Comment commands (``/assay recheck``, ``/assay help``) and re-runs from GitHub's buttons.

``parse`` and ``words`` are pure; ``run`` asks GitHub and queues jobs, and never reviews anything.
"""
