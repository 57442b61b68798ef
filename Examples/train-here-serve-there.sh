#!/bin/sh
# Train on one system, serve on another: a model of DeepSeek-V3's class on 2,048 chips of Nvidia's H800 or on 2,048
# packages of Ascend (young stack: its stops are those of first large runs), and served on either.
#     Examples/train-here-serve-there.sh [PROGRAM]
# Each answer says first how far it can be trusted: nothing was measured of such training on either.
program=${1:-supernode}
train() {
  "$program" train --model DeepSeek-V3 --tokens 14.8T --seq-length 4096 --global-batch-size 15360 \
    --moment-bytes 4 --recompute full --draws 500 "$@"
}
serve() {
  "$program" plan --model DeepSeek-V3 --chips 64 --isl 4000 --osl 1000 --ttft 2000 --tpot 50 --simulate 0 "$@"
}
echo "== train on HGX H800"
train --system 'HGX H800' --chips 2048 -pp 16 -ep 64 --schedule dualPipe --precision fp8 --ep-overlap
echo "== train on Atlas 800 A3"
train --system 'Atlas 800 A3' --chips 2048 -tp 2 -pp 16 -ep 32 --failures 'young stack'
echo "== serve on HGX H800"
serve --system 'HGX H800'
echo "== serve on CloudMatrix 384"
serve --system 'CloudMatrix 384'
