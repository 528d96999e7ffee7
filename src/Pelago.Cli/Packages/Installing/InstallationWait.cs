// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Api;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Follows an installation until it is where it is to be, or says why it is not. Ending this changes nothing: the cluster goes on by itself.</summary>
internal sealed class InstallationWait(InstallationAccess access, Progress progress)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    /// <summary>Beyond what the installation itself takes before it gives up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>The installation, as it was when there was nothing more to wait for.</summary>
    public async Task<Installation> UntilSettledAsync(string name, CancellationToken cancel)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Installation now = await access.GetAsync(name, cancel);
            if (now.IsObserved && IsSettled(now))
                return now;
            TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
            // The way back takes its own time.
            if (taken > TimeSpan.FromSeconds(2 * now.Spec.TimeoutSeconds) + Grace)
                throw new CliException($"{name} is {now.Phase} after {taken.TotalSeconds:0} s{Said(now.Message)}. The cluster goes on with it: '{Invocation.Program} package list' says how it is");
            progress.Show($"{name} {now.Spec.Version}: {now.Phase}{Said(PlainText.Of(now.Message))} ({taken.TotalSeconds:0} s)");
            await Task.Delay(Between, cancel);
        }
    }

    /// <summary>What was left in place, once the installation is gone.</summary>
    public async Task<IReadOnlyList<string>> UntilGoneAsync(Installation installation, CancellationToken cancel)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (Installation last = installation; ;)
        {
            if (await access.FindAsync(installation.Name, cancel) is not { } now || now.Object.Uid != installation.Object.Uid)
                return [.. last.Clusters.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Left.Select(left => last.Clusters.Count > 1 ? $"{pair.Key}: {left}" : left))];
            last = now;
            TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
            if (taken > TimeSpan.FromSeconds(now.Spec.TimeoutSeconds) + Grace)
                throw new CliException($"{now.Name} is not gone after {taken.TotalSeconds:0} s{Said(now.Message)}. The cluster goes on with it: '{Invocation.Program} package list' says how it is");
            progress.Show($"removing {now.Name}{Said(PlainText.Of(now.Message))} ({taken.TotalSeconds:0} s)");
            await Task.Delay(Between, cancel);
        }
    }

    /// <summary>Prints how it ended; the exit code.</summary>
    public static int Report(InstallationAccess access, Installation settled, string form)
    {
        InstallationTable.Print([(access.Home.Cluster, settled)], form, withMessages: false); // it is said once, below
        if (settled.Phase == InstallationPhase.Healthy)
            return ExitCode.Done;
        int away = settled.Clusters.Values.Count(state => state.Phase == InstallationPhase.Unreachable);
        Console.Error.WriteLine($"pelago: {settled.Name} is not as it should be ({settled.Phase}){Said(PlainText.Of(settled.Message))}");
        return away == settled.Spec.ClusterNames(access.Home.Cluster).Count() ? ExitCode.Unreachable : ExitCode.Failed;
    }

    /// <summary>A cluster that is away is not waited for: its part comes when it returns.</summary>
    private static bool IsSettled(Installation now)
    {
        int healthy = now.Clusters.Values.Count(state => state.Phase == InstallationPhase.Healthy && state.Revision == now.Revision);
        // The sum is written a moment after its parts.
        if (now.Phase == InstallationPhase.Unreachable)
            return now.Ready.StartsWith($"{healthy}/", StringComparison.Ordinal) && now.Spec.Clusters.All(target => now.Clusters.GetValueOrDefault(target.Name) is { } state && IsSettled(state, now.Revision));
        return InstallationPhase.IsSettled(now.Phase) && now.Clusters.Values.All(state => IsSettled(state, now.Revision));
    }

    private static bool IsSettled(ClusterState state, long revision) =>
        state.Phase == InstallationPhase.Unreachable || (state.Revision == revision && InstallationPhase.IsSettled(state.Phase));

    private static string Said(string message) => message.Length > 0 ? $": {message}" : "";
}
