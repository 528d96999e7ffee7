// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Cli.Dcsh;

/// <summary>Signals to this program go to what runs remotely. A second interrupt within a second kills it.</summary>
internal sealed class SignalForwarding
{
    private const int User1 = 10, User2 = 12;
    private static readonly TimeSpan Twice = TimeSpan.FromSeconds(1);

    // Never given back: the second interrupt often comes when the first one has just ended the run, whose code this program is to end with.
    private static readonly List<PosixSignalRegistration> Kept = [];
    private readonly Func<string, Task> _send;
    private readonly TimeProvider _time;
    private long _interrupted;

    private SignalForwarding(Func<string, Task> send, TimeProvider time)
    {
        _send = send;
        _time = time;
    }

    /// <summary>From now on, up to the end of the process.</summary>
    public static void Begin(Func<string, Task> send, TimeProvider time)
    {
        var forwarding = new SignalForwarding(send, time);
        foreach ((PosixSignal signal, string name) in new[]
        {
            (PosixSignal.SIGINT, "INT"), (PosixSignal.SIGTERM, "TERM"), (PosixSignal.SIGHUP, "HUP"), (PosixSignal.SIGQUIT, "QUIT"), ((PosixSignal)User1, "USR1"),
            ((PosixSignal)User2, "USR2"), (PosixSignal.SIGCONT, "CONT"), (PosixSignal.SIGTSTP, "TSTP"),
        })
            Kept.Add(PosixSignalRegistration.Create(signal, context => forwarding.Forward(context, name)));
    }

    private void Forward(PosixSignalContext context, string name)
    {
        // Of stop and continue this program does its own part too.
        context.Cancel = name is not ("TSTP" or "CONT");
        if (name == "INT")
        {
            long before = _interrupted;
            _interrupted = _time.GetTimestamp();
            if (before != 0 && _time.GetElapsedTime(before) < Twice)
                name = "KILL";
        }

        _ = _send(name);
    }
}
