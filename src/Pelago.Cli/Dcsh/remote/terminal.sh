# The command in the terminal of this exec.
nap() { sleep 0.02 2>/dev/null || sleep 1; }
until [ -e run/ready ]; do nap; done
echo $$ >run/pid.new && mv run/pid.new run/pid && cd work || exit 125
"$@"
