// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;

namespace Pelago.Client.Local;

/// <summary>Removes trees of directories, also ones with names in them that are not UTF-8: .NET cannot say such a name, so its own removal leaves it.</summary>
public static class TreeRemoval
{
    /// <summary>Removes a directory with all in it. Follows no link. What keeps it there is an <see cref="IOException"/>; one that is not there is removed.</summary>
    public static void Remove(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (IOException fault) when (Directory.Exists(path))
        {
            var start = new ProcessStartInfo("rm") { ArgumentList = { "-rf", "--", path }, RedirectStandardError = true, UseShellExecute = false };
            using Process rm = Process.Start(start) ?? throw new IOException(fault.Message, fault);
            string said = rm.StandardError.ReadToEnd();
            rm.WaitForExit();
            if (rm.ExitCode != 0)
                throw new IOException(said.Length > 0 ? said.TrimEnd() : fault.Message, fault);
        }
    }
}
