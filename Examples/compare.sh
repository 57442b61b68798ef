#!/bin/sh
# DeepSeek-R1 on CloudMatrix 384, on GB200 NVL72 and on two boards of HGX H20 and HGX H200, each at its own best plan:
# chips, peaks, power, price, what a chip, a megawatt and a token make and cost, and what would have to be true for each
# to do as well as the first.
#     Examples/compare.sh [PROGRAM]
program=${1:-supernode}
"$program" compare --model DeepSeek-R1 --system 'CloudMatrix 384' --system 'GB200 NVL72' --system 'HGX H20' \
  --system 'HGX H200' --chips 384,72,16,16 --isl 4096 --osl 512 --goodput tpot:50 \
  --report results/compare.html
