// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Pelago.Node.Capabilities;

/// <summary>Tries to make the namespaces of a pod, for a program that ends at once.</summary>
internal static class NamespaceProbe
{
    /// <summary>Null when it worked, else what was said. <paramref name="unshare"/> is the program of that name.</summary>
    public static string? Try(string unshare)
    {
        string[] arguments = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "true"];
        using Process? process = Process.Start(new ProcessStartInfo(unshare, arguments) { RedirectStandardError = true, UseShellExecute = false });
        if (process is null)
            return $"{unshare} could not be started";
        string words = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : words.Length > 0 ? words : $"{unshare} ended with code {process.ExitCode}";
    }
}
