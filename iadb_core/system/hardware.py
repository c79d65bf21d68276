"""What a process computes with, in words."""

import platform

import torch


def processor() -> str:
    """The processor's name, with family and model where the system tells them: names are often cut short."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            known = dict(line.split(":", 1) for line in file if ":" in line)
    except OSError:
        return platform.processor() or platform.machine()
    told = {key.strip(): value.strip() for key, value in known.items()}
    name = told.get("model name", platform.machine())
    return f"{name}, family {told['cpu family']}, model {told['model']}" if "cpu family" in told else name


def hardware(device: torch.device, processes: int = 1) -> str:
    """The GPU, or the processor with the number of threads in use, which changes the order of sums too.

    processes: how many there are with such a device.
    """
    threads = torch.get_num_threads()
    on_cpu = f"{processor()}, {threads} thread{'s' * (threads > 1)}"
    each = torch.cuda.get_device_name(device) if device.type == "cuda" else on_cpu
    return f"{processes} × {each}" if processes > 1 else each
