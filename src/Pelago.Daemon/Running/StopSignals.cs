// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Daemon.Running;

/// <summary>The signals that end a daemon, as a token and as which it was; and one that must not. Once per process.</summary>
internal sealed class StopSignals
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const PosixSignal FileTooLong = (PosixSignal)25; // SIGXFSZ
    private static readonly nint Default = 0;

    // Never given back: .NET looks at a signal some time after it came, and at the end of the process that is a moment ago. Without them it would be what
    // ends a daemon that has ended in order.
    private static readonly List<PosixSignalRegistration> Kept = [];

    public StopSignals()
    {
        var stop = new CancellationTokenSource();
        Token = stop.Token;
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT })
            Kept.Add(PosixSignalRegistration.Create(signal, context => On(context, stop)));
    }

    public CancellationToken Token { get; }

    public PosixSignal? Last { get; private set; }

    /// <summary>
    /// First of all in a process. A file that reaches the limit of its length (ulimit -f) is from then on a write that fails, as on a full disk, and not the end
    /// of the process without a word.
    /// </summary>
    public static void Prepare()
    {
        // Who is started in the background of a script inherits that these are ignored, and .NET would leave it so: nothing could end the daemon.
        // Before this process's first registration: with it .NET takes the actions that it finds to be there for good.
        SetAction(Interrupt, Default);
        SetAction(Quit, Default);
        Kept.Add(PosixSignalRegistration.Create(FileTooLong, static signal => signal.Cancel = true));
    }

    private void On(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        Last ??= context.Signal;
        stop.Cancel();
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetAction(int signal, nint action);
}
