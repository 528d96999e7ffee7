// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Daemon.Running;

/// <summary>The signals that end a daemon, as a token and as which it was.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private static readonly nint Default = 0;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        // Who is started in the background of a script inherits that these are ignored, and .NET would leave it so: nothing could end the daemon.
        SetAction(Interrupt, Default);
        SetAction(Quit, Default);
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT })
            _registrations.Add(PosixSignalRegistration.Create(signal, On));
    }

    public CancellationToken Token => _stop.Token;

    public PosixSignal? Last { get; private set; }

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
