// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary>What goes with an installation, and what stays: shown before anybody is asked.</summary>
internal sealed class RemovalPlan(InstallationAccess access, TextWriter output)
{
    /// <summary>Prints it; how many claims go with their data.</summary>
    /// <param name="abandoned">Clusters on which everything is left.</param>
    public async Task<int> ShowAsync(Installation present, IReadOnlyList<string> abandoned, CancellationToken cancel)
    {
        int lost = 0;
        foreach ((string cluster, ClusterState state) in present.Clusters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.Phase != InstallationPhase.Removed))
        {
            if (abandoned.Contains(cluster))
            {
                output.WriteLine($"on cluster {cluster}: everything is left there");
                continue;
            }

            if (await ReleasesAsync(state, cluster, cancel) is not { } releases)
                continue;
            // A cluster alone may call itself otherwise than this line does.
            HttpKubeApi? api = present.Spec.Clusters.Count == 0 && present.Clusters.Count == 1 ? access.Home : access.Clusters.Append(access.Home).FirstOrDefault(one => one.Cluster == cluster);
            (IReadOnlyList<RemovedObject> objects, string unseen) = await LookAsync(api, present, releases, cancel);
            output.WriteLine($"on cluster {cluster}{unseen}:{(objects.Count == 0 ? " nothing is there" : "")}");
            foreach (RemovedObject one in objects)
                Print(one);
            lost += objects.Count(one => one.LosesData);
        }

        return lost;
    }

    /// <summary>Null where this user may not read them: to remove an installation takes no more than to remove it.</summary>
    private async Task<List<Release>?> ReleasesAsync(ClusterState state, string cluster, CancellationToken cancel)
    {
        var releases = new List<Release>();
        try
        {
            foreach (string digest in state.Touched.Append(state.Release).Distinct())
            {
                if (await access.ReleaseAsync(digest, cancel) is { } release)
                    releases.Add(release);
            }

            return releases;
        }
        catch (ApiStatusException unread) when (unread.Status.Code is 401 or 403)
        {
            output.WriteLine($"on cluster {cluster}: what goes is not known: {PlainText.Of(unread.Status.Message)}");
            return null;
        }
    }

    private async Task<(IReadOnlyList<RemovedObject> Objects, string Unseen)> LookAsync(HttpKubeApi? api, Installation present, List<Release> releases, CancellationToken cancel)
    {
        if (api is null)
            return (RemovalPreview.Recorded(releases, present.Namespace), " (as it was installed: this line does not name it)");
        try
        {
            string hub = await ReleaseTrial.HubOfAsync(access.Home, cancel);
            return (await new RemovalPreview(api, present.Namespace, present.Name, hub).ReadAsync(releases, cancel), "");
        }
        catch (Exception away) when (away is ClusterUnreachableException or ApiStatusException)
        {
            return (RemovalPreview.Recorded(releases, present.Namespace), $" (as it was installed, for it was not looked at: {PlainText.Of(away.Message)})");
        }
    }

    private void Print(RemovedObject one)
    {
        string line = $"{(one.Goes ? '-' : '=')} {one.Kind} {PlainText.Of(one.Name)}{(one.Goes ? "" : " stays")}{(one.Note.Length > 0 ? $": {PlainText.Of(one.Note)}" : "")}";
        output.WriteLine(one.LosesData ? Style.Bad(Style.Bold(line)) : one.Goes ? Style.Bad(line) : Style.Good(line));
    }
}
