// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Daemon.Running;

/// <summary>The signals that end a daemon, as a token and as which it was; and one that must not.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const PosixSignal FileTooLong = (PosixSignal)25; // SIGXFSZ
    private static readonly nint Default = 0;
    private static PosixSignalRegistration? _longFiles;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT })
            _registrations.Add(PosixSignalRegistration.Create(signal, On));
    }

    public CancellationToken Token => _stop.Token;

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
        // Never given back: .NET looks at a signal some time after the write that it was for, and at the end of the process that write is a moment ago.
        _longFiles = PosixSignalRegistration.Create(FileTooLong, static signal => signal.Cancel = true);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        Last ??= context.Signal;
        _stop.Cancel();
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetAction(int signal, nint action);
}
