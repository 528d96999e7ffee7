// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Cli.Dcsh;

/// <summary>Signals to this program go to what runs remotely. A second interrupt within a second kills it.</summary>
internal sealed class SignalForwarding : IDisposable
{
    private const int User1 = 10, User2 = 12;
    private static readonly TimeSpan Twice = TimeSpan.FromSeconds(1);
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Func<string, Task> _send;
    private readonly TimeProvider _time;
    private long _interrupted;

    public SignalForwarding(Func<string, Task> send, TimeProvider time)
    {
        _send = send;
        _time = time;
        foreach ((PosixSignal signal, string name) in new[]
        {
            (PosixSignal.SIGINT, "INT"), (PosixSignal.SIGTERM, "TERM"), (PosixSignal.SIGHUP, "HUP"), (PosixSignal.SIGQUIT, "QUIT"), ((PosixSignal)User1, "USR1"),
            ((PosixSignal)User2, "USR2"), (PosixSignal.SIGCONT, "CONT"), (PosixSignal.SIGTSTP, "TSTP"),
        })
            _registrations.Add(PosixSignalRegistration.Create(signal, context => Forward(context, name)));
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

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
