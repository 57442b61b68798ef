#!/bin/sh
# The best plan of a training step: the shortest step of GPT-3 175B on 512 A100, and which of three systems trains
# Llama 3.1 70B with the fewest chip-hours and the least energy on up to 256 chips.
#     Examples/train-plan.sh [PROGRAM]
program=${1:-supernode}
echo "== the shortest step"
"$program" train --model GPT-3-175B --system 'HGX A100' --chips 512 --global-batch-size 1536 --seq-length 2048 --plan
for goal in chip-hours energy; do
  echo "== least $goal"
  "$program" train --model Llama-3.1-70B --system 'HGX A100' --system 'HGX H100' --system 'GB200 NVL72' --chips 256 \
    --global-batch-size 512 --seq-length 8192 --plan --optimise "$goal"
done
