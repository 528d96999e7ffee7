// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Which of the three states of a container its node speaks of.</summary>
internal enum ContainerPhase : byte
{
    Unsaid,
    Waiting,
    Running,
    Terminated,
}

/// <summary>One state of a container: the present one or the last.</summary>
internal record struct ContainerRun(ContainerPhase Phase, string Reason, int? ExitCode, long Started, long Finished)
{
    public static readonly ContainerRun None = new(ContainerPhase.Unsaid, "", null, 0, 0);
}

/// <summary>What a pod's status says of one container, as a <see cref="TaskReader"/> notes it.</summary>
internal sealed record ContainerStatus(string Name, int Restarts, ContainerRun Now, ContainerRun Before)
{
    public static readonly ContainerStatus None = new("", 0, ContainerRun.None, ContainerRun.None);
}
