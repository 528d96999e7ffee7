// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary>What a change of an installation would do on each of its clusters: made and shown before anything is changed.</summary>
internal sealed class InstallationPlan(InstallationAccess access)
{
    /// <summary>Prints the changes to stderr; whether there are any. What the package or its options do not allow ends the command.</summary>
    /// <param name="present">Null: nothing is installed yet.</param>
    public async Task<bool> ShowAsync(string name, PackageRevision package, InstallationSpec spec, Installation? present, CancellationToken cancel)
    {
        bool any = false;
        foreach (string cluster in spec.ClusterNames(access.Home.Cluster))
        {
            (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(package, spec.OptionsFor(cluster), access.Namespace, name, spec.SecretPaths);
            if (release is null)
            {
                foreach (string fault in faults)
                    Console.Error.WriteLine($"pelago: {PlainText.Of(fault)}");
                throw new CliException($"{package.Name} {package.Version} was not installed: what is wrong is printed above");
            }

            foreach (string note in release.Notes)
                Console.Error.WriteLine($"not mapped to Kubernetes: {PlainText.Of(note)}");
            // A cluster alone may call itself otherwise than this line does.
            ClusterState? state = spec.Clusters.Count == 0 ? present?.Clusters.Values.FirstOrDefault() : present?.Clusters.GetValueOrDefault(cluster);
            Release? before = state is null ? null : await access.ReleaseAsync(state.Release, cancel);
            // What is being applied and was never healthy is no version to come from.
            Release? healthy = state is null || state.HealthyRelease == state.Release ? before : await access.ReleaseAsync(state.HealthyRelease, cancel);
            if (healthy is not null && VersionRules.Refusal(healthy.Fields, package.Package) is { } refusal)
                throw new CliException($"{name} was not changed: {refusal}");
            HttpKubeApi? api = access.Clusters.FirstOrDefault(one => one.Cluster == cluster);
            if (api is null)
            {
                Console.Error.WriteLine($"on cluster {cluster}: not looked at");
                any = true;
                continue;
            }

            any |= await ShowAsync(api, before, release, access.Clusters.Count > 1, cancel);
        }

        return any;
    }

    private async Task<bool> ShowAsync(HttpKubeApi api, Release? before, Release? after, bool nameCluster, CancellationToken cancel)
    {
        IReadOnlyList<ObjectChange> changes;
        try
        {
            changes = await new ReleaseDiff(api, access.Namespace).CompareAsync(before, after, cancel);
        }
        catch (Exception unseen) when (unseen is ClusterUnreachableException || (unseen is ApiStatusException && access.Clusters.Count > 1))
        {
            Console.Error.WriteLine($"on cluster {api.Cluster}: not looked at: {unseen.Message}");
            return true;
        }

        if (nameCluster)
            Console.Error.WriteLine($"on cluster {api.Cluster}:{(changes.Count == 0 ? " nothing changes" : "")}");
        foreach (ObjectChange change in changes)
            Print(Console.Error, change);
        return changes.Count > 0;
    }

    private static void Print(TextWriter output, ObjectChange change)
    {
        string line = $"{change.Sign} {change.Kind} {PlainText.Of(change.Name)}";
        output.WriteLine(change.Sign switch { '+' => Style.Good(line), '-' => Style.Bad(line), '!' => Style.Bad(line), _ => Style.Warn(line) });
        foreach (string field in change.Fields)
            output.WriteLine($"    {PlainText.Of(field)}");
    }
}
