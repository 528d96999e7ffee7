# The container's first process: keeps one run of dcsh. POSIX sh with cat, cksum, mkfifo, mv, setsid, sleep, tee.
# Arguments: seconds without a client, seconds to run (0: no bound), 1 to outlive the client, pipes|terminal, name and text of the script, then the command.
grace=$1 limit=$2 keep=$3 mode=$4 name=$5 text=$6
shift 6
nap() { sleep 0.02 2>/dev/null || sleep 1; }
base=$PWD
mkdir -p run work && chmod 700 run && cd run && mkfifo in out err tell-out tell-err ends || exit 125
[ -z "$name" ] || { printf %s "$text" >"$base/work/$name" && chmod 755 "$base/work/$name"; } || exit 125

stop() { # what runs, asked first
  [ -e pid ] || return 0
  kill -TERM "-$(cat pid)" 2>/dev/null || return 0
  for _ in 1 2 3 4 5; do
    sleep 1
    kill -0 "-$(cat pid)" 2>/dev/null || return 0
  done
  kill -KILL "-$(cat pid)" 2>/dev/null
}

watch() { # the client tells that it is there; a run that nobody asks for any more ends, and so does one whose time is over
  last='' missed=0 spent=0
  while sleep 1; do
    now=$(cat beat 2>/dev/null)
    if [ "$now" = "$last" ]; then missed=$((missed + 1)); else missed=0 last=$now; fi
    if [ "$missed" -ge "$grace" ] && { [ "$keep" = 0 ] || [ -e end ] || [ ! -e go ]; }; then break; fi
    [ -e go ] && spent=$((spent + 1))
    if [ "$limit" -gt 0 ] && [ "$spent" -ge "$limit" ] && [ ! -e end ]; then
      : >late
      stop
      limit=0
    fi
  done
  : >lost
  stop
}

ended() { # code, then bytes and checksum of each stream
  echo "end $1 $(cksum <out.all) $(cksum <err.all) $([ -e late ] && echo late)" >end.new && mv end.new end
  while :; do cat end >ends; done &
  until [ -e bye ] || [ -e lost ]; do nap; done
  exit "$1"
}

watch &
: >out.all
: >err.all
: >ready
until [ -e go ] || [ -e lost ] || [ -e early ]; do nap; done
[ -e lost ] && exit 143
[ -e early ] && ended "$(cat early)"
if [ "$mode" = terminal ]; then # the client runs the command itself, in a terminal
  until [ -e code ] || [ -e lost ]; do nap; done
  ended "$(cat code 2>/dev/null || echo 143)"
fi
# Held open here too: without a client what runs waits at the next full pipe, and nothing is lost.
exec 8<>tell-out 9<>tell-err
(trap '' PIPE; tee out.all <out >tell-out 2>/dev/null 8<&- 9<&-; : >out.done) &
(trap '' PIPE; tee err.all <err >tell-err 2>/dev/null 8<&- 9<&-; : >err.done) &
# In the foreground: what a shell runs in its background ignores the interrupt for ever.
(cd "$base/work" && exec sh -c 'echo $$ >../run/pid.new && mv ../run/pid.new ../run/pid && exec setsid "$@"' sh "$@") <in >out 2>err 8<&- 9<&-
code=$?
[ -e pid ] && kill -KILL "-$(cat pid)" 2>/dev/null
until { [ -e out.done ] && [ -e err.done ]; } || [ -e lost ]; do nap; done
exec 8<&- 9<&-
ended "$code"
