#!/bin/sh
# Measures the ladders, a training step and its fusions, and writes the figures and pictures of docs/ladder-*.md and docs/profile.md.
# The machine should do nothing else. It takes about two minutes, and another where OpenCL is installed.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
dotnet build -c Release src/Host

# figures PAGE COMMAND…: writes what `vaegpu COMMAND…` prints into the first code block behind the command's own line in the page.
figures() {
    page=$1
    shift
    dotnet run -c Release --no-build --project src/Host -- "$@" --out "$scratch" > "$scratch/figures"
    awk -v command="    vaegpu $*" -v figures="$scratch/figures" '
        $0 == command && found == 0 { found = 1 }
        /^```/ && found == 1 { found = 2; print; while ((getline line < figures) > 0) print line; next }
        /^```/ && found == 2 { found = 3 }
        found != 2 { print }
        END { if (found != 3) { print "No block behind" command > "/dev/stderr"; exit 1 } }' "$page" > "$scratch/page"
    cp "$scratch/page" "$page"
}

for ladder in matmul reduction elementwise convolution pairwise; do
    figures "docs/ladder-$ladder.md" ladder $ladder --device cpu
    cp "$scratch/ladder-$ladder.svg" docs/pictures/
done
figures docs/profile.md profile --device cpu
figures docs/profile.md fusion --device cpu
if dotnet run -c Release --no-build --project src/Host -- devices | grep -q '^opencl'; then
    figures docs/profile.md fusion --batches 128 --widths 400 --device opencl
fi
