// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Daemon.Running;

/// <summary>The signals that end a daemon, as a token and as which it was.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
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
}
