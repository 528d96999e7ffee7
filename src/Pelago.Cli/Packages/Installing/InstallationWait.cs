// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;
using Pelago.Packages.Api;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Follows an installation until it is where it is to be, or says why it is not. Ending this changes nothing: the cluster goes on by itself.</summary>
internal sealed class InstallationWait(InstallationAccess access, Progress progress)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    /// <summary>What takes no longer needs no words.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>Beyond what the installation itself takes before it gives up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private string _told = "";

    /// <summary>How long to wait at most; null: as long as the installation takes before it gives up.</summary>
    public TimeSpan? Patience { get; init; }

    private TimeSpan Taken => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>The installation, as it was when there was nothing more to wait for.</summary>
    public async Task<Installation> UntilSettledAsync(string name, CancellationToken cancel)
    {
        Installation now = await access.GetAsync(name, cancel);
        // The way back takes its own time.
        for (; !now.IsObserved || !IsSettled(now); now = await NextAsync(now, () => access.GetAsync(name, cancel), cancel))
        {
            if (now.IsDeleting)
                throw InstallationAccess.Leaving(now);
            Hold(now, TimeSpan.FromSeconds(2 * now.Spec.TimeoutSeconds), $"is {now.Phase}", $"{name} {now.Spec.Version}: {now.Phase}{Said(PlainText.Of(now.Message))}");
        }

        return now;
    }

    /// <summary>What was left in place, once the installation is gone.</summary>
    public async Task<IReadOnlyList<string>> UntilGoneAsync(Installation installation, CancellationToken cancel)
    {
        Installation last = installation;
        for (Installation? now = await FindAsync(); now is not null; now = await NextAsync(last, FindAsync, cancel))
        {
            last = now;
            Hold(now, TimeSpan.FromSeconds(now.Spec.TimeoutSeconds), "is not gone", $"removing {now.Name}{Said(PlainText.Of(now.Message))}");
        }

        return [.. last.Clusters.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Left.Select(left => last.Clusters.Count > 1 ? $"{pair.Key}: {left}" : left))];

        async Task<Installation?> FindAsync() => await access.FindAsync(installation.Name, cancel) is { } found && found.Object.Uid == installation.Object.Uid ? found : null;
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

    /// <summary>How it is a moment later. Whoever ends the wait is told that only the wait ends.</summary>
    private async Task<T> NextAsync<T>(Installation now, Func<Task<T>> look, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(Between, cancel);
            return await look();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            progress.Clear();
            Console.Error.WriteLine($"pelago: not waited for any more. {WaitWords.Look(now)}");
            throw;
        }
    }

    /// <summary>Says what is waited for once that takes its time, and again when it is something else; ends the command when it takes too long.</summary>
    private void Hold(Installation now, TimeSpan usual, string state, string doing)
    {
        TimeSpan taken = Taken;
        string waits = WaitWords.Of(now, access.Home.Cluster);
        if (taken > (Patience ?? usual + Grace))
            throw new CliException($"{now.Name} {state} after {taken.TotalSeconds:0} s: it {waits}. {WaitWords.Look(now)}");
        if (taken > Silence && waits != _told)
            progress.Say($"{now.Name} {waits}");
        if (taken > Silence)
            _told = waits;
        progress.Show($"{doing} ({taken.TotalSeconds:0} s)");
    }

    /// <summary>A cluster that is away is not waited for: its part comes when it returns.</summary>
    private static bool IsSettled(Installation now)
    {
        // The sum is written a moment after its parts.
        if (now.Phase == InstallationPhase.Unreachable)
            return now.Ready.StartsWith($"{now.ReadyOf(now.Clusters.Values)}/", StringComparison.Ordinal) && now.Spec.Clusters.All(target => now.Clusters.GetValueOrDefault(target.Name) is { } state && IsSettled(state, now.Revision));
        return InstallationPhase.IsSettled(now.Phase) && now.Clusters.Values.All(state => IsSettled(state, now.Revision));
    }

    private static bool IsSettled(ClusterState state, long revision) =>
        state.Phase == InstallationPhase.Unreachable || (state.Revision == revision && InstallationPhase.IsSettled(state.Phase));

    private static string Said(string message) => message.Length > 0 ? $": {message}" : "";
}
