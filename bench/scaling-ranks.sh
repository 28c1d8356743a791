#!/usr/bin/env bash
# Figures of docs/distributed.md: two ranks of one thread against one of two, and what a sum over ranks costs over shared memory and TCP.
#   bench/scaling-ranks.sh [runs]
# Open MPI's mpirun is needed; links of a given rate and delay need the right to make a network namespace, and tc.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
batch=512
parameters=$((784 * 400 + 400 + 400 * 40 + 40 + 20 * 400 + 400 + 400 * 784 + 784))
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TERM=dumb
mpirun=(mpirun --oversubscribe --bind-to none)
"${mpirun[@]}" --version | head -1
dotnet build -c Release -v quiet -p:RunAnalyzers=false src/Host
dotnet build -c Release -v quiet -p:RunAnalyzers=false tests/Ranks
vaegpu=(dotnet src/Host/bin/Release/net10.0/vaegpu.dll)
ranks=(dotnet tests/Ranks/bin/Release/net10.0/VaeGpu.Ranks.dll)
folder=$(mktemp -d)
space=vaegpu-ranks-$$
trap 'rm -rf "$folder"; ip netns del "$space" 2>/dev/null || true' EXIT

# The least time of an epoch but the first, with its evaluation, in seconds: metrics.csv adds the epochs' times up.
epoch_seconds() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") column = i; next }
        NR > 2 && (least == "" || $column - before < least) { least = $column - before }
        { before = $column }
        END { printf "%.3f", least }' "$1/metrics.csv"
}

train() { # name, shards, threads, launcher…
    local name=$1 shards=$2 threads=$3
    shift 3
    "$@" "${vaegpu[@]}" train --device cpu --hidden 400 --latent 20 --batch "$batch" --epochs 4 --shards "$shards" --threads "$threads" \
        --out "$folder/$name" --overwrite >/dev/null
    epoch_seconds "$folder/$name"
}

echo "training, batch $batch: seconds of an epoch, the least of three; $runs runs"
for ((run = 1; run <= runs; run++)); do
    whole=$(train whole 1 2)
    one=$(train one 2 2)
    two=$(train two 2 1 "${mpirun[@]}" -n 2)
    awk -v whole="$whole" -v one="$one" -v two="$two" 'BEGIN {
        printf "  1 rank, 2 threads, 1 shard %.3f; 2 shards %.3f; 2 ranks of 1 thread %.3f: %.3f of 2 shards, %.3f of 1 shard\n",
            whole, one, two, one / two, whole / two }'
done

echo "a sum of $parameters values (the default model), alone, by links"
time_sum() { # name, ranks, launcher…
    local name=$1 count=$2
    shift 2
    for length in 100 "$parameters"; do
        printf '  %-34s ' "$name"
        "$@" -n "$count" "${ranks[@]}" time "$length"
    done
}
for count in 2 4; do
    time_sum "shared memory" "$count" "${mpirun[@]}"
    time_sum "TCP, loopback" "$count" "${mpirun[@]}" --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include lo
done
if ! ip netns add "$space" 2>/dev/null || ! ip netns exec "$space" ip link set lo up; then
    echo "  links of a given rate and delay: skipped, since no network namespace can be made (it takes root)"
    exit 0
fi
tcp=(ip netns exec "$space" "${mpirun[@]}" --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include lo)
shape() { ip netns exec "$space" tc qdisc replace dev lo root "$@" 2>/dev/null; }
for rate in 10gbit 1gbit; do
    shape tbf rate "$rate" burst 256kb latency 50ms && time_sum "TCP, both directions $rate" 2 "${tcp[@]}"
done
for delay in 10us 50us 500us; do
    if ! shape netem delay "$delay" limit 100000; then
        echo "  links with a delay: skipped, since the kernel has no netem (tc qdisc add dev lo root netem)"
        break
    fi
    time_sum "TCP, delay $delay" 2 "${tcp[@]}"
done
