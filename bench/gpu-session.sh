#!/bin/sh
# A session on a machine with a GPU: tests, benchmarks and peers, in one file of results. The machine needs the GPU's driver and nothing
# else; Python with torch, nvidia-smi and compute-sanitizer are used where they are there.
#
#   bench/gpu-session.sh --build                 where .NET is: makes bench/bundle/vaegpu-session, one program for linux-x64
#   bench/gpu-session.sh [--device cuda] [--out gpu-results.md] [--append] [--quick] [--only part,...] [--minutes 25]
#                                                where the GPU is: runs it and writes the results as they come
#
# Parts, in their order: tests products step kernels ladder fusion launch algorithms train sanitizer. A part that takes too long is stopped, and so
# is what --minutes have no room for; several calls can share one file by --append. Exit code: 0 all went well, 1 something failed (the
# results say what), 2 usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
bundle=$here/bundle/vaegpu-session
device=cuda
out=gpu-results.md
append=
quick=
parts='all tests products step kernels ladder fusion launch algorithms train sanitizer'
only=all
minutes=25
limit_bytes=60000000
child=

fail() {
    echo "error: $1" >&2
    exit "${2:-1}"
}

make_scratch() {
    scratch=$(mktemp -d 2> /dev/null || mktemp -d "$here/scratch.XXXXXX") || fail "there is no place for temporary files; set TMPDIR."
    trap 'rm -rf "$scratch"' EXIT
    trap '[ -z "$child" ] || kill "$child" 2> /dev/null; exit 130' INT TERM
}

build() {
    command -v dotnet > /dev/null || fail "--build needs the .NET SDK; build the bundle where it is, and bring bench/bundle along."
    make_scratch
    commit=$(git -C "$here" rev-parse --short=10 HEAD 2> /dev/null) || commit='?'
    [ -z "$(git -C "$here" status --porcelain 2> /dev/null)" ] || commit=$commit+
    echo "$commit" > "$scratch/commit.txt"
    # The lock files in the tree are without a runtime; a publish for one needs its own.
    dotnet publish "$here/Session/Session.csproj" -c Release -r linux-x64 -o "$scratch/out" -p:CommitStamp="$scratch/commit.txt" \
        -p:RestoreLockedMode=false -p:NuGetLockFilePath="$scratch/packages.lock.json" || fail "the publish failed."
    mkdir -p "$here/bundle" && cp "$scratch/out/vaegpu-session" "$bundle" || exit 1
    size=$(wc -c < "$bundle")
    echo "$bundle: $size bytes, commit $commit"
    [ "$size" -le "$limit_bytes" ] || fail "the bundle is larger than $limit_bytes bytes."
}

while [ $# -gt 0 ]; do
    case $1 in
        --build) build; exit 0 ;;
        --device | --out | --only | --minutes)
            [ $# -gt 1 ] || fail "$1 needs a value." 2
            case $1 in --device) device=$2 ;; --out) out=$2 ;; --only) only=$2 ;; --minutes) minutes=$2 ;; esac
            shift ;;
        --append) append=yes ;;
        --quick) quick=--quick ;;
        -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "what is \"$1\"? See $0 --help." 2 ;;
    esac
    shift
done

# The cases of tests that run on the device; what stands in for a driver is tested elsewhere.
case $device in
    cuda*) tests='[(,]CUDA[,)]' ;;
    ilgpu-cuda*) tests='[(,]ILGPU CUDA[,)]' ;;
    opencl*) tests='[(,]OpenCL[,)]' ;;
    cpu) tests='[(,]CPU 512[,)]' ;;
    *) fail "--device is cuda, ilgpu-cuda, opencl or cpu." 2 ;;
esac
case $minutes in
    '' | *[!0-9]* | 0) fail "--minutes takes a whole number." 2 ;;
esac
for name in $(echo "$only" | tr , ' '); do
    case " $parts " in
        *" $name "*) ;;
        *) fail "there is no part \"$name\"; see $0 --help." 2 ;;
    esac
done
[ -f "$bundle" ] || fail "there is no $bundle; make it with $0 --build where .NET is, and bring it along."
[ -x "$bundle" ] || chmod +x "$bundle" 2> /dev/null || fail "$bundle cannot be executed; say chmod +x."
make_scratch
if [ -n "$append" ]; then touch "$out"; else true > "$out"; fi || fail "cannot write $out."
deadline=$(($(date +%s) + 60 * minutes))
failed=

# A command with so many seconds; its processes go with it.
limited() {
    seconds=$1
    shift
    if command -v timeout > /dev/null; then
        timeout -k 10 "$seconds" "$@" &
    else
        "$@" &
    fi
    # In the background, since a shell hears no signal while it waits for a command before it.
    child=$!
    wait "$child"
    code=$?
    child=
    return $code
}

note() {
    printf '\n# %s\n\n%s\n' "$1" "$2" >> "$out"
    echo "== $1" >&2
}

wanted() {
    case ",$only," in *,all,* | *",$1,"*) return 0 ;; esac
    return 1
}

# A part: a name, its most seconds, a title, and a command whose output goes into the results; "code" fences what is no Markdown.
part() {
    name=$1 most=$2 title=$3 form=$4
    shift 4
    wanted "$name" || return 0
    start=$(date +%s)
    left=$((deadline - start))
    if [ $left -lt 10 ]; then
        failed="$failed $name"
        note "$title" "Not run: the $minutes minutes were over."
        return 0
    fi
    [ $left -gt "$most" ] || most=$left
    echo "== $title" >&2
    fence=
    [ "$form" = code ] && fence='```'
    printf '\n# %s\n\n%s\n' "$title" "$fence" >> "$out"
    before=$(wc -c < "$out")
    limited "$most" "$@" >> "$out" 2>&1
    code=$?
    # A runaway log must not drown the results.
    if [ $(($(wc -c < "$out") - before)) -gt 400000 ]; then
        { head -c $((before + 200000)) "$out"; echo; echo '[...]'; tail -c 200000 "$out"; } > "$scratch/cut" && cat "$scratch/cut" > "$out"
    fi
    words=
    for word in "$@"; do
        [ "$word" = "$bundle" ] && word=vaegpu-session
        words="$words $word"
    done
    ended="Exit code $code"
    [ $code -ne 124 ] || ended="Stopped"
    printf '%s\n\n%s\n' "$fence" "$ended after $(($(date +%s) - start)) s: \`${words# }\`." >> "$out"
    [ $code -eq 0 ] || failed="$failed $name"
}

# Some containers have the driver where no loader looks.
for place in /usr/local/nvidia/lib64 /usr/lib/wsl/lib; do
    [ ! -e "$place/libcuda.so.1" ] || export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$place"
done
# The bundle unpacks itself where it may write and execute; caches of Python's need a home folder.
[ -w "${HOME:-/nowhere}" ] || export HOME="$scratch"
for place in "$scratch" "$here/bundle" "$HOME"; do
    export DOTNET_BUNDLE_EXTRACT_BASE_DIR="$place/unpacked"
    limited 60 "$bundle" vaegpu devices > "$scratch/devices" 2>&1 && break
done

{
    echo
    echo "# GPU session"
    echo
    echo "$(date -u +%Y-%m-%dT%H:%MZ), device $device${quick:+, quick}, $(uname -srm)"
    echo
    echo '```'
    if command -v nvidia-smi > /dev/null; then
        limited 30 nvidia-smi --format=csv \
            --query-gpu=name,driver_version,clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,power.limit,memory.total,compute_cap
    else
        echo "nvidia-smi is not there"
    fi
    cat "$scratch/devices"
    echo '```'
} >> "$out" 2>&1
grep -q "^${device%:0} " "$scratch/devices" || fail "there is no device $device here; $out has what there is."

# What both compilers run: ours, and ILGPU's own beside it where it finds the same GPU.
both() {
    name=$1 most=$2 title=$3 form=$4
    shift 4
    part "$name" "$most" "$title" "$form" "$@"
    case $device in cuda*) ;; *) return 0 ;; esac
    grep -q "^ilgpu-$device " "$scratch/devices" || return 0
    for word in "$@"; do
        shift
        case $word in
            "$device") word=ilgpu-$device ;;
            "$tests") word='[(,]ILGPU CUDA[,)]' ;;
        esac
        set -- "$@" "$word"
    done
    part "$name" "$most" "$title, by ILGPU's compiler" "$form" "$@"
}

both tests 300 "Tests on the device" code "$bundle" tests "$tests"
both products 180 "Matrix products beside cuBLAS" text "$bundle" figures --only cublas $quick --device "$device"
both step 400 "The training step beside PyTorch" text "$bundle" figures --only peers $quick --device "$device"
part kernels 180 "The kernels" code "$bundle" vaegpu kernels --device "$device"
part kernels 180 "The kernels by both compilers" code "$bundle" vaegpu kernels --compare
for ladder in matmul reduction elementwise convolution pairwise; do
    part ladder 60 "The ladder of $ladder" code "$bundle" vaegpu ladder "$ladder" --device "$device"
done
part fusion 90 "Fused against unfused" text "$bundle" figures --only fusion --device "$device" $quick
part launch 60 "Launches" text "$bundle" figures --only launch --device "$device" $quick
part algorithms 60 "Beside ILGPU.Algorithms" text "$bundle" figures --only algorithms --device "$device" $quick
part train 120 "A training" code "$bundle" vaegpu train --epochs 3 --device "$device" --out "$scratch/run"
# Calls that the driver refuses are ours to handle: memcheck shall tell of kernels alone.
for tool in 'memcheck --report-api-errors no' racecheck synccheck; do
    if command -v compute-sanitizer > /dev/null; then
        # shellcheck disable=SC2086
        part sanitizer 200 "compute-sanitizer: ${tool%% *}" code compute-sanitizer --tool $tool --target-processes all --launch-timeout 60 \
            --print-limit 50 --error-exitcode 9 "$bundle" sweep "$device"
    elif wanted sanitizer; then
        note "compute-sanitizer: ${tool%% *}" "It is not there: not run."
    fi
done

if command -v nvidia-smi > /dev/null; then
    note "Clocks at the end" '```'
    limited 30 nvidia-smi --format=csv \
        --query-gpu=clocks.sm,clocks.mem,temperature.gpu,power.draw,clocks_throttle_reasons.active >> "$out" 2>&1
    echo '```' >> "$out"
fi
if [ -n "$failed" ]; then
    note "Failed" "$failed"
    fail "these parts failed:$failed. $out has their output."
fi
echo "$out has the results."
