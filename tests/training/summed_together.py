"""What processes do in test_launch.py: each adds its rank to the file of its rank."""

import sys
from pathlib import Path

import torch
import torch.distributed as dist

from iadb_core.training.processes import among_others

with among_others() as processes:
    one = torch.tensor([1.0])
    dist.all_reduce(one)
    (Path(sys.argv[1]) / str(processes.rank)).write_text(str(int(one)))
