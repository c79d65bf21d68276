#!/usr/bin/env bash
# Cancel all jobs of the test's Slurm and stop its daemons, each by the process id that it wrote down.
set -uo pipefail
home=${SLURM_HOME:-${TMPDIR:-/tmp}/iadb-slurm}
[ -d "$home/run" ] || exit 0

running() { [ "$(cat "/proc/$1/comm" 2> /dev/null)" = "$2" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2> /dev/null; }

if [ "$(readlink /etc/slurm/slurm.conf)" = "$home/etc/slurm.conf" ]; then # else the commands would reach another Slurm
  timeout 20 scancel --user=root 2> /dev/null
  for _ in $(seq 60); do
    [ -z "$(timeout 5 squeue --noheader 2> /dev/null)" ] && break
    sleep 0.2
  done
fi
for daemon in slurmd slurmctld munged; do
  process=$(cat "$home/run/$daemon.pid" 2> /dev/null) || continue
  running "$process" "$daemon" || continue
  kill "$process"
  for _ in $(seq 100); do
    running "$process" "$daemon" || break
    sleep 0.1
  done
  running "$process" "$daemon" && kill -9 "$process"
done
rm -f "$home"/run/*.pid
if [ "$(readlink /etc/slurm/slurm.conf)" = "$home/etc/slurm.conf" ]; then rm -f /etc/slurm/slurm.conf /etc/slurm/gres.conf; fi
