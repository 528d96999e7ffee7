// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Pelago.Cli.Local;

/// <summary>A terminal that is closed (SIGHUP) ends a command as Ctrl-C does, unless whoever started it wants it to go on, as <c>nohup</c> does.</summary>
internal static class HangUp
{
    private const string OwnStatus = "/proc/self/status";
    private const string Ignored = "SigIgn:";

    // Never given back: the kernel says it, and then the shell once more, which may be when the command has just done what the first one asked for.
    private static PosixSignalRegistration? _registration;

    /// <summary>Once per process. The token fires when the command is to end.</summary>
    /// <param name="cancel">What else ends the command.</param>
    public static CancellationToken Listen(CancellationToken cancel)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (!IsIgnored())
            _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, stop));
        return stop.Token;
    }

    private static void On(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    /// <summary>The mask of proc(5): bit 0 is signal 1.</summary>
    private static bool IsIgnored()
    {
        string? line = File.Exists(OwnStatus) ? File.ReadLines(OwnStatus).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) : null;
        return line is not null && ulong.TryParse(line[Ignored.Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask) && (mask & 1) != 0;
    }
}
