"""What grading tells the apps that asked for a job.

``job_ending`` is sent inside the transaction that ends a job: what a receiver writes is kept or lost together
with the ending, so a worker killed at any moment leaves no score half recorded. An exception in a receiver
undoes the ending. ``job_finished`` and ``job_progressed`` are sent once that is committed: for what other
people should hear.

All three carry ``job``; the sender is GradingJob.
"""

from django.dispatch import Signal

job_ending = Signal()
job_finished = Signal()
job_progressed = Signal()
