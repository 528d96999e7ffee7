// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.Node.Native;

namespace Pelago.Node.Kubelets;

/// <summary>
/// The directory of a container's log beneath the one of all logs of a kubelet. An agent may read every file of its node, and a pod may have been given
/// the directory of the logs to write to: no link is followed, and what was opened stays what is read.
/// </summary>
internal static class PodLogDirectory
{
    /// <summary>Where a kubelet lets its runtime write logs.</summary>
    public const string Root = "/var/log/pods";

    /// <param name="root">The directory of all logs.</param>
    /// <param name="logPath">The file of the log, as the runtime says it.</param>
    public static BeneathPath Open(string root, string logPath)
    {
        string relative = logPath.StartsWith(root + "/", StringComparison.Ordinal) ? Path.GetDirectoryName(logPath[(root.Length + 1)..]) ?? "" : "";
        if (relative.Length == 0)
            throw new ApiStatusException(ApiStatus.BadRequest($"the log {logPath} is not read: it is not beneath {root}, where a kubelet keeps logs"));
        try
        {
            BeneathPath? found = BeneathPath.Open(root, relative, strictly: true);
            if (found is { IsDirectory: true })
                return found;
            found?.Dispose();
        }
        catch (IOException fault)
        {
            throw new ApiStatusException(ApiStatus.Internal($"the log {logPath} cannot be read: {fault.Message}"));
        }
        throw new ApiStatusException(ApiStatus.BadRequest($"the log {logPath} is not read: its directory is not there (the container has written no log), or a link leads out of {root}"));
    }
}
