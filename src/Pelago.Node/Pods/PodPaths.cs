// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Files;
using Pelago.Node.Logs;

namespace Pelago.Node.Pods;

/// <summary>Where things of a pod are on this node.</summary>
internal sealed class PodPaths(string podsDirectory)
{
    public string PodsDirectory { get; } = podsDirectory;

    /// <summary>Where the seccomp profiles lie that pods name.</summary>
    public string SystemCallProfiles => Path.Combine(Path.GetDirectoryName(PodsDirectory) ?? "/", "seccomp");

    public string Pod(string uid) => Path.Combine(PodsDirectory, uid);

    public string Log(string uid, string container, int attempt) =>
        Path.Combine(Pod(uid), "logs", container, attempt.ToString(CultureInfo.InvariantCulture) + ".log");

    /// <summary>The file that a container finds at its terminationMessagePath.</summary>
    public string TerminationMessage(string uid, string container, int attempt) =>
        Path.Combine(Pod(uid), "termination", container, attempt.ToString(CultureInfo.InvariantCulture));

    public void RemoveAttempt(string uid, string container, int attempt)
    {
        foreach (string file in LogFiles.All(Log(uid, container, attempt)))
            File.Delete(file);
        string message = TerminationMessage(uid, container, attempt);
        if (File.Exists(message))
            File.Delete(message);
    }

    public void RemovePod(string uid)
    {
        DirectoryTree.Delete(Pod(uid));
    }
}
