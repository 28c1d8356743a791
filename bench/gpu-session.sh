#!/bin/sh
# A session on a machine with a GPU: tests, benchmarks and peers, in one file of results. The machine needs the GPU's driver and nothing
# else; Python with torch, nvidia-smi and compute-sanitizer are used where they are there.
#
#   bench/gpu-session.sh --build                 where .NET is: makes bench/bundle/vaegpu-session, one program for linux-x64
#   bench/gpu-session.sh [--device cuda] [--out gpu-results.md] [--quick] [--only part,...]
#                                                where the GPU is: runs it and writes the results
#
# Parts: tests sanitizer ladder products step fusion launch kernels. Exit code: 0 all went well, 1 something failed (the results
# say what), 2 usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
bundle=$here/bundle/vaegpu-session
device=cuda
out=gpu-results.md
quick=
only=all
limit_bytes=60000000

fail() {
    echo "error: $1" >&2
    exit "${2:-1}"
}

build() {
    command -v dotnet > /dev/null || fail "--build needs the .NET SDK; build the bundle where it is, and bring bench/bundle along."
    scratch=$(mktemp -d) || exit 1
    trap 'rm -rf "$scratch"' EXIT
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
        --device | --out | --only)
            [ $# -gt 1 ] || fail "$1 needs a value." 2
            case $1 in --device) device=$2 ;; --out) out=$2 ;; --only) only=$2 ;; esac
            shift ;;
        --quick) quick=--quick ;;
        -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "what is \"$1\"? See $0 --help." 2 ;;
    esac
    shift
done

case $device in
    cuda*) tests='CUDA|Cuda' ;;
    opencl*) tests='OpenCL' ;;
    cpu) tests='\(CPU 512' ;;
    *) fail "--device is cuda, opencl or cpu." 2 ;;
esac
for part in $(echo "$only" | tr , ' '); do
    case " all tests sanitizer ladder products step fusion launch kernels " in
        *" $part "*) ;;
        *) fail "there is no part \"$part\"; see $0 --help." 2 ;;
    esac
done
[ -x "$bundle" ] || fail "there is no $bundle; make it with $0 --build where .NET is, and bring it along."
: > "$out" || fail "cannot write $out."
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
# The bundle unpacks itself once, under the home folder; where there is none, beside it.
[ -w "${HOME:-/nowhere}" ] || export DOTNET_BUNDLE_EXTRACT_BASE_DIR="$here/bundle/unpacked"
failed=

wanted() {
    case ",$only," in *,all,* | *",$1,"*) return 0 ;; esac
    return 1
}

# A part: a name, a title, and a command whose output goes into the results; "code" fences what is no Markdown.
part() {
    name=$1 title=$2 form=$3
    shift 3
    wanted "$name" || return 0
    echo "== $title" >&2
    start=$(date +%s)
    "$@" > "$log" 2>&1
    code=$?
    [ $code -eq 0 ] || failed="$failed $name"
    {
        echo
        echo "# $title"
        echo
        echo "Exit code $code after $(($(date +%s) - start)) s: \`vaegpu-session${*#"$bundle"}\`."
        echo
        [ "$form" = code ] && echo '```'
        # A runaway log must not drown the results.
        if [ "$(wc -c < "$log")" -gt 400000 ]; then head -c 200000 "$log"; echo; echo '[...]'; tail -c 200000 "$log"; else cat "$log"; fi
        [ "$form" = code ] && echo '```'
    } >> "$out"
}

{
    echo "# GPU session"
    echo
    echo "$(date -u +%Y-%m-%dT%H:%MZ), device $device${quick:+, quick}, $(uname -srm)"
    echo
    echo '```'
    if command -v nvidia-smi > /dev/null; then
        nvidia-smi --query-gpu=name,driver_version,vbios_version,clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,power.limit,memory.total,compute_cap --format=csv
    else
        echo "nvidia-smi is not there"
    fi
    "$bundle" vaegpu devices
    echo '```'
} >> "$out" 2>&1 || failed="$failed devices"

part tests "Tests on the device" code "$bundle" tests "$tests"
if wanted sanitizer; then
    if command -v compute-sanitizer > /dev/null; then
        for tool in memcheck racecheck; do
            part sanitizer "compute-sanitizer: $tool" code compute-sanitizer --tool $tool --error-exitcode 9 "$bundle" tests "VaeGpu.Tests.(Kernels|Language).*($tests)"
        done
    else
        printf '\n# compute-sanitizer\n\nIt is not there: not run.\n' >> "$out"
    fi
fi
part ladder "The ladder of matrix products" text "$bundle" ladder --device "$device" $quick
part products "Matrix products beside cuBLAS" text "$bundle" figures --only cublas --device "$device" $quick
part step "The training step beside PyTorch" text "$bundle" figures --only peers --device "$device" $quick
part fusion "Fused against unfused" text "$bundle" figures --only fusion --device "$device" $quick
part launch "Launches" text "$bundle" figures --only launch --device "$device" $quick
part kernels "The kernels" code "$bundle" vaegpu kernels

if wanted all && command -v nvidia-smi > /dev/null; then
    printf '\n# Clocks at the end\n\n```\n%s\n```\n' "$(nvidia-smi --query-gpu=clocks.sm,clocks.mem,temperature.gpu,power.draw,clocks_throttle_reasons.active --format=csv)" >> "$out"
fi
if [ -n "$failed" ]; then
    printf '\n# Failed\n\n%s\n' "$failed" >> "$out"
    fail "these parts failed:$failed. $out has their output."
fi
echo "$out has the results."
