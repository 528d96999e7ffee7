// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using Pelago.Client.Local;

namespace Pelago.Cli.Demo;

/// <summary>A stop of the tour: what to do oneself, and what it answers where the demo could try it.</summary>
internal sealed record DemoStop(string Title, string Command, string? Answer);

/// <summary>The way around: the same things with kubectl, each line ready to be pasted.</summary>
internal static class DemoTour
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<DemoStop>> PlanAsync(PelagoHome home, IReadOnlyList<DemoCluster> clusters, IReadOnlyList<DemoRow> rows, CancellationToken cancel)
    {
        string one = Kubectl(clusters[0]), two = Kubectl(clusters[1]), three = Kubectl(clusters[2]);
        string pelago = Invocation.Of(home);
        var stops = new List<DemoStop>
        {
            new("Let kubectl and helm find the clusters", $"export KUBECONFIG=$({pelago} kubeconfig)", null),
            new("The same web server runs on all three, in different numbers", $"{one} get deployments,pods -o wide", null),
        };
        string address = rows.First(row => row.Workload == "service/hello").Says;
        stops.Add(new("Its service spreads calls over them", $"curl {address}", await CallAsync(address, cancel)
            ?? throw new CliException($"the service at {address} does not answer: '{pelago} doctor' looks at the machine, '{one} describe service hello' at the service")));
        stops.Add(new("Make it five, and see them come", $"{one} scale deployment hello --replicas 5 && {one} rollout status deployment hello", null));
        string? log = await clusters[1].LogAsync("job-name=count", cancel);
        stops.Add(new("A job has ended; a clock strikes every minute", log is null ? $"{two} get jobs,cronjobs" : $"{two} logs job/count", log));
        stops.Add(new("Why does this one crash?", log is null ? $"{three} describe pod crash" : $"{three} logs crash", rows.FirstOrDefault(row => row.Workload == "pod/crash")?.Says));
        stops.Add(new("Why does that one not start?", $"{three} describe pod too-big", rows.FirstOrDefault(row => row.Workload == "pod/too-big")?.Says));
        stops.Add(new("What can this machine do, and what is missing?", $"{pelago} doctor", null));
        stops.Add(new("End it; 'up' goes on where it was, 'down --purge' forgets it", $"{pelago} down", null));
        return stops;
    }

    private static string Kubectl(DemoCluster cluster) => $"kubectl --context {cluster.Record.Name} -n {DemoWorkload.Namespace}";

    /// <summary>Null when nobody answers: not at once, for endpoints follow their pods by a moment.</summary>
    private static async Task<string?> CallAsync(string address, CancellationToken cancel)
    {
        const int attempts = 10;
        for (int attempt = 1; ; attempt++)
        {
            if (await TryCallAsync(address, cancel) is { } answer)
                return answer;
            if (attempt == attempts)
                return null;
            await Task.Delay(Patience / 4, cancel); // a poll with a limit
        }
    }

    private static async Task<string?> TryCallAsync(string address, CancellationToken cancel)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Patience }) { Timeout = Patience };
        try
        {
            return (await client.GetStringAsync(new Uri(address), cancel)).Trim();
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is HttpRequestException or SocketException or IOException or TaskCanceledException or UriFormatException)
        {
            return null;
        }
    }
}
