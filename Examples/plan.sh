#!/bin/sh
# The best deployment of Qwen3-32B on 32 H200 for first tokens within 300 ms and 10 ms a token, as a page and as the
# commands that start it; the same where the first quarter of every prompt is shared; and what would do where nothing
# does.
#     Examples/plan.sh [PROGRAM]
program=${1:-supernode}
question="--model Qwen3-32B --chips 32 --input-len 4000 --output-len 500"
echo "== the best plan"
"$program" plan $question --system 'HGX H200' --goodput ttft:300 tpot:10 --report results/plan.html
echo "== to start it"
"$program" plan $question --system 'HGX H200' --goodput ttft:300 tpot:10 --emit kubernetes
echo "== with a shared prefix of 1,000 tokens"
"$program" plan $question --system 'HGX H200' --goodput ttft:300 tpot:10 --prefix-len 1000 --simulate 1
echo "== more than the chips can do"
"$program" plan $question --system 'HGX H200' --goodput ttft:300 tpot:10 --request-rate 100 || true
