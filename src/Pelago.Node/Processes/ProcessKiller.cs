// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>Ends everything a container started, where no pid namespace does it.</summary>
internal static class ProcessKiller
{
    private const int Rounds = 20;
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// SIGKILL to every process that carries the container's mark in its environment or sits in its control group, again until none is left: a process
    /// may fork while it is being looked for. False when some are left, which only uninterruptible ones can be.
    /// </summary>
    public static async Task<bool> KillAllAsync(string containerId, ControlGroup? group, TimeProvider time, CancellationToken cancel)
    {
        for (int round = 0; round < Rounds; round++)
        {
            HashSet<int> left = [.. (await MarkedProcesses.LookAsync())[containerId]];
            left.UnionWith(group?.Processes() ?? []);
            left.Remove(Environment.ProcessId);
            if (left.Count == 0)
                return true;
            foreach (int pid in left)
                _ = LibC.Kill(pid, LibC.SIGKILL);
            await Task.Delay(BetweenRounds, time, cancel);
        }
        return false;
    }
}
