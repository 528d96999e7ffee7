// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Pelago.Cli.Local;

/// <summary>A terminal that is closed (SIGHUP) ends a command as Ctrl-C does, unless whoever started it wants it to go on, as <c>nohup</c> does.</summary>
internal sealed class HangUp : IDisposable
{
    private const string OwnStatus = "/proc/self/status";
    private const string Ignored = "SigIgn:";
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration? _registration;

    private HangUp(CancellationTokenSource stop, bool listen)
    {
        _stop = stop;
        _registration = listen ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, On) : null;
    }

    public CancellationToken Token => _stop.Token;

    /// <param name="cancel">What else ends the command.</param>
    public static HangUp Listen(CancellationToken cancel) => new(CancellationTokenSource.CreateLinkedTokenSource(cancel), !IsIgnored());

    public void Dispose()
    {
        _registration?.Dispose();
        _stop.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    /// <summary>The mask of proc(5): bit 0 is signal 1.</summary>
    private static bool IsIgnored()
    {
        string? line = File.Exists(OwnStatus) ? File.ReadLines(OwnStatus).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) : null;
        return line is not null && ulong.TryParse(line[Ignored.Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask) && (mask & 1) != 0;
    }
}
