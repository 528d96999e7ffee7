# The client's words to the keeper, a line each, and the keeper's to the client: "ready", and "end …" when it is over.
# Argument: 1 of the client that is to begin the run, or has begun it.
first=$1
nap() { sleep 0.02 2>/dev/null || sleep 1; }
until [ -e run/ready ]; do nap; done
cd run || exit 125
beat() { echo "$$ $1" >beat; [ "$first" != 1 ] || { date +%s >first.new && mv first.new first; }; }
beat 0
echo ready
head -n 1 <ends &
count=0
while read -r word rest; do
  case $word in
    beat) count=$((count + 1)); beat "$count" ;;
    go) : >go ;;
    signal) # not waited for here: the client's beats come on the same way
      if [ -e go ] || [ -e pid ]; then # in a terminal the command is there first
        (until [ -e pid ] || [ -e end ]; do nap; done; kill "-$rest" "-$(cat pid)") <&- >&- 2>&- &
      else # what has not begun ends as it would have
        case $rest in HUP) code=129 ;; INT) code=130 ;; QUIT) code=131 ;; KILL) code=137 ;; TERM) code=143 ;; *) continue ;; esac
        echo "$code" >early.new && mv early.new early
      fi ;;
    code) echo "$rest" >code.new && mv code.new code ;;
    close) # where the protocol cannot say that standard input has ended: after so many bytes it has
      (until [ -e feed ]; do nap; done
      while [ -e "/proc/$(cat feed)/io" ] && [ "$(sed -n 's/^wchar: //p' "/proc/$(cat feed)/io")" -lt "$rest" ]; do nap; done
      kill "$(cat feed)") <&- >&- 2>&- & ;;
    bye) : >bye; break ;;
  esac
done
