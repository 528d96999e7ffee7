// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Runtimes;
using Pelago.Node.Variables;

namespace Pelago.Node.Pods;

/// <summary>
/// Which system calls a container may make: its seccompProfile, else its pod's, else the runtime's default (a kubelet with --seccomp-default; without,
/// upstream leaves them unconfined).
/// </summary>
internal static class SystemCallFilters
{
    public static SystemCallFilter Of(V1Pod pod, V1Container container, string profilesDirectory)
    {
        V1SeccompProfile? profile = container.SecurityContext?.SeccompProfile ?? pod.Spec.SecurityContext?.SeccompProfile;
        return profile?.Type switch
        {
            null or "RuntimeDefault" => SystemCallFilter.RuntimeDefault,
            "Unconfined" => new SystemCallFilter { Unconfined = true },
            "Localhost" => new SystemCallFilter { File = FileOf(profile.LocalhostProfile ?? "", profilesDirectory) },
            _ => throw new ConfigurationException($"seccompProfile type \"{profile.Type}\" of container \"{container.Name}\" is none of RuntimeDefault, Unconfined, Localhost"),
        };
    }

    private static string FileOf(string profile, string directory)
    {
        if (profile.Length == 0 || Path.IsPathRooted(profile) || profile.Split('/').Contains(".."))
            throw new ConfigurationException($"localhostProfile \"{profile}\" must be a relative path without '..', below {directory} of the node");
        string file = Path.Combine(directory, profile);
        return File.Exists(file) ? file : throw new ConfigurationException($"cannot find seccomp profile {file} on the node");
    }
}
