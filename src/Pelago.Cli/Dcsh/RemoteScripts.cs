// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Dcsh;

/// <summary>What runs beside the command in its container: the files in <c>remote</c>, for any POSIX shell.</summary>
internal static class RemoteScripts
{
    public static string Keeper { get; } = Read("keeper");

    public static string Control { get; } = Read("control");

    public static string Streams { get; } = Read("streams");

    public static string Again { get; } = Read("again");

    public static string Terminal { get; } = Read("terminal");

    private static string Read(string name)
    {
        using Stream file = typeof(RemoteScripts).Assembly.GetManifestResourceStream($"dcsh/{name}.sh")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
