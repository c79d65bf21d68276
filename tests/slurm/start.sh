#!/usr/bin/env bash
# Start a real Slurm of one node: munge, slurmctld and slurmd, from Debian's packages, without systemd, on loopback only.
# GPUs are declared, so that Slurm counts them, but there are none. Exits with 77 where that cannot be done.
#   SLURM_HOME: where all of it goes    SLURM_CPUS: how many CPUs are declared, whatever there are
set -euo pipefail
home=${SLURM_HOME:-${TMPDIR:-/tmp}/iadb-slurm}
cpus=${SLURM_CPUS:-16}
host=$(hostname -s)
memory=$(awk '/MemTotal/ {print int($2 / 1024 * 4)}' /proc/meminfo) # declared, like the CPUs: jobs ask for what GPUs need

cannot() { echo "$*" >&2; exit 77; }

install_packages() {
  command -v munged slurmctld slurmd sbatch > /dev/null && return
  command -v apt-get > /dev/null || cannot "there is no apt-get to install Slurm with"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    munge slurmctld slurmd slurm-client; } > "$home/apt.log" 2>&1 || cannot "Slurm cannot be installed: $home/apt.log"
}

write_configuration() {
  # Any character devices serve as declared GPUs; a mere count would make the node invalid.
  cat > "$home/etc/gres.conf" << CONF
AutoDetect=off
NodeName=$host Name=gpu File=/dev/null,/dev/zero,/dev/full,/dev/random
NodeName=$host Name=token Count=1
CONF
  cat > "$home/etc/slurm.conf" << CONF
ClusterName=test
SlurmctldHost=$host($address)
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=16817
SlurmdPort=16818
SrunPortRange=16900-16999
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/run/slurmctld.pid
SlurmdPidFile=$home/run/slurmd.pid
SlurmctldLogFile=$home/log/slurmctld.log
SlurmdLogFile=$home/log/slurmd.log
MailProg=/bin/true
MpiDefault=none
SwitchType=switch/none
# Without control groups, and more CPUs declared than there are: nothing is bound to a CPU.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=5
AccountingStorageType=accounting_storage/none
# Scheduling at once; a requeued job waits ten seconds instead of two minutes.
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=5
SlurmdParameters=config_overrides
AuthInfo=cred_expire=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
# How jobs end, and how long squeue and scontrol tell of them.
OverTimeLimit=0
KillWait=10
JobRequeue=1
JobFileAppend=1
MinJobAge=3600
ReturnToService=2
# Of the one token a test of preemption takes hold, and disturbs no other job.
GresTypes=gpu,token
NodeName=$host NodeAddr=$address CPUs=$cpus Boards=1 SocketsPerBoard=1 CoresPerSocket=$cpus ThreadsPerCore=1 RealMemory=$memory Gres=gpu:4,token:1 State=UNKNOWN
PartitionName=DEFAULT Nodes=$host DefaultTime=10 MaxTime=1-0 State=UP
PartitionName=cpu Default=YES PriorityTier=2 PreemptMode=OFF
PartitionName=gpu PriorityTier=2 PreemptMode=OFF
PartitionName=scavenge PriorityTier=1 PreemptMode=REQUEUE
CONF
  # The configuration must be where Slurm looks by itself: Snakemake's plugin passes no SLURM_CONF on to its srun.
  ln -sfn "$home/etc/slurm.conf" /etc/slurm/slurm.conf
  ln -sfn "$home/etc/gres.conf" /etc/slurm/gres.conf
}

start_daemons() {
  munged --key-file="$home/etc/munge.key" --socket=/run/munge/munge.socket.2 --pid-file="$home/run/munged.pid" \
    --log-file="$home/log/munged.log" --seed-file="$home/run/munged.seed"
  slurmctld -i
  slurmd
  for _ in $(seq 30); do
    [ "$(timeout 2 sinfo --noheader --format=%T --partition=cpu 2> /dev/null)" = idle ] && return
    sleep 0.3
  done
  tail -n 20 "$home"/log/*.log >&2
  echo "the node of the test's Slurm does not become idle" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || cannot "Slurm's daemons are started by root only"
for name in slurm.conf gres.conf; do
  if [ -e "/etc/slurm/$name" ] || [ -L "/etc/slurm/$name" ]; then
    [ "$(readlink "/etc/slurm/$name")" = "$home/etc/$name" ] || cannot "this machine has a Slurm of its own: /etc/slurm/$name"
  fi
done
for daemon in slurmd slurmctld munged; do
  if [ ! -d "$home/run" ] && pgrep -x "$daemon" > /dev/null; then cannot "$daemon runs here already"; fi
done
"$(dirname "$0")/stop.sh"
rm -rf "$home"
mkdir -p "$home"/{etc,run,log,state,spool}
install_packages
mkdir -p /etc/slurm /run/munge
chmod 755 "$home" "$home"/* /run/munge
getent ahostsv4 "$host" > /dev/null || echo "127.0.0.1 $host" >> /etc/hosts
address=$(getent ahostsv4 "$host" | awk 'NR == 1 {print $1}')
head -c 128 /dev/urandom > "$home/etc/munge.key"
chmod 400 "$home/etc/munge.key"
unset SLURM_CONF
write_configuration
start_daemons
echo "Slurm $(sinfo --version | cut -d' ' -f2), $cpus CPUs and 4 GPUs declared, in $home"
