// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary>
/// What a change of an installation would do on each of its clusters: made, tried and shown before anything is changed. What the package, its options or a
/// cluster do not allow ends the command, with <c>--dry-run</c> and without.
/// </summary>
/// <param name="output">Where the changes are printed; refusals are always.</param>
internal sealed class InstallationPlan(InstallationAccess access, TextWriter output)
{
    /// <summary>Prints the changes; whether there are any.</summary>
    /// <param name="present">Null: nothing is installed yet.</param>
    /// <param name="needed">What is installed before it.</param>
    public async Task<bool> ShowAsync(string name, PackageRevision package, InstallationSpec spec, Installation? present, IReadOnlyList<NeededPackage> needed, CancellationToken cancel)
    {
        string refused = present is null ? "was not installed" : "was not changed";
        if (present is null && !await ReleaseTrial.HasNamespaceAsync(access.Home, access.Namespace, cancel))
            throw new CliException($"{name} {refused}: cluster {access.Home.Cluster} has no namespace {access.Namespace}; 'kubectl create namespace {access.Namespace}' makes it");
        string? hub = await HubAsync(cancel);
        bool any = false;
        var refusals = new List<string>();
        foreach (string cluster in spec.ClusterNames(access.Home.Cluster))
        {
            var steps = new List<PlannedStep>();
            foreach (NeededPackage need in needed)
                steps.Add(new PlannedStep(need.Package.Name, $"{need.Package.Name} {need.Package.Version}, which is needed", null, Build(need.Package.Name, need.Package, new ClusterTarget(cluster, []), [], refused, null)));
            Release release = Build(name, package, new ClusterTarget(cluster, spec.OptionsFor(cluster)), spec.SecretPaths, refused, spec.Clusters.FirstOrDefault(target => target.Name == cluster)?.Options);
            foreach (string note in release.Notes)
                output.WriteLine($"not mapped to Kubernetes: {PlainText.Of(note)}");
            steps.Add(new PlannedStep(name, name, await BeforeAsync(name, package, spec, present, cluster, refused, cancel), release));
            if (access.Clusters.Append(access.Home).FirstOrDefault(one => one.Cluster == cluster) is not { } api)
            {
                output.WriteLine($"on cluster {cluster}: not looked at, for this line does not name it");
                any = true;
                continue;
            }

            any |= await ShowAsync(api, access.Clusters.Count > 1 || spec.Clusters.Count > 1, hub, steps, refusals, cancel);
        }

        if (refusals.Count == 0)
            return any;
        foreach (string refusal in refusals)
            Console.Error.WriteLine($"pelago: {PlainText.Of(refusal)}");
        throw new CliException($"{name} {refused}: what is refused is printed above");
    }

    /// <summary>What is applied there now. A version that may not follow what was healthy ends the command.</summary>
    private async Task<Release?> BeforeAsync(string name, PackageRevision package, InstallationSpec spec, Installation? present, string cluster, string refused, CancellationToken cancel)
    {
        // A cluster alone may call itself otherwise than this line does.
        ClusterState? state = spec.Clusters.Count == 0 ? present?.Clusters.Values.FirstOrDefault() : present?.Clusters.GetValueOrDefault(cluster);
        Release? before = state is null ? null : await access.ReleaseAsync(state.Release, cancel);
        // What is being applied and was never healthy is no version to come from.
        Release? healthy = state is null || state.HealthyRelease == state.Release ? before : await access.ReleaseAsync(state.HealthyRelease, cancel);
        if (healthy is not null && VersionRules.Refusal(healthy.Fields, package.Package) is { } refusal)
            throw new CliException($"{name} {refused}: {refusal}");
        return before;
    }

    /// <summary>The cluster's part of what carries a mark; null where that may not be read, and whose an object is cannot be told.</summary>
    private async Task<string?> HubAsync(CancellationToken cancel)
    {
        try
        {
            return await ReleaseTrial.HubOfAsync(access.Home, cancel);
        }
        catch (ApiStatusException unread) when (unread.Status.Code is 401 or 403)
        {
            output.WriteLine($"not tried whether it would be taken: {PlainText.Of(unread.Status.Message)}");
            return null;
        }
    }

    private Release Build(string name, PackageRevision package, ClusterTarget target, IReadOnlyList<string[]> secretPaths, string refused, JsonObject? overlay)
    {
        (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(package, target.Options, access.Namespace, name, secretPaths);
        if (release is not null)
            return release;
        foreach (string fault in faults)
            Console.Error.WriteLine($"pelago: {PlainText.Of(overlay is null ? fault : ClusterOptions.Named(fault, target.Name, overlay))}");
        throw new CliException($"{package.Name} {package.Version} {refused}: what is wrong is printed above");
    }

    /// <param name="isNamed">Others are changed, too.</param>
    private async Task<bool> ShowAsync(HttpKubeApi api, bool isNamed, string? hub, IReadOnlyList<PlannedStep> steps, List<string> refusals, CancellationToken cancel)
    {
        bool any = false;
        var shown = new StringWriter();
        var refused = new List<string>();
        try
        {
            // Another cluster gets the namespace by the way; until then nothing can be tried in it.
            bool hasNamespace = await ReleaseTrial.HasNamespaceAsync(api, access.Namespace, cancel);
            if (!hasNamespace)
                Print(shown, new ObjectChange('+', "Namespace", access.Namespace, []));
            var earlier = new List<Release>();
            foreach (PlannedStep step in steps)
            {
                IReadOnlyList<ObjectChange> changes = await new ReleaseDiff(api, access.Namespace).CompareAsync(step.Before, step.After, cancel);
                IReadOnlyList<string> not = !hasNamespace ? []
                    : hub is null ? [.. changes.Where(change => change.Sign == '!').Select(Words).Where(words => !ReleaseTrial.IsOnlyOnTrial(words))]
                    : await new ReleaseTrial(api, access.Namespace, step.Name, hub).RefusalsAsync(step.After, earlier, cancel);
                refused.AddRange(not.Select(words => isNamed ? $"{api.Cluster}: {words}" : words));
                if (steps.Count > 1)
                    shown.WriteLine($"{step.Title}:");
                // The trial says what is refused in the words of the real thing.
                foreach (ObjectChange change in changes.Where(change => change.Sign != '!' || not.Count == 0))
                    Print(shown, change);
                any |= changes.Count > 0;
                earlier.Add(step.After);
            }
        }
        catch (Exception unseen) when (unseen is ClusterUnreachableException || (unseen is ApiStatusException && isNamed))
        {
            output.WriteLine($"on cluster {api.Cluster}: not looked at: {PlainText.Of(unseen.Message)}");
            return true;
        }

        // Also where it is the only one: a line that names none means the one of the settings.
        output.WriteLine($"on cluster {api.Cluster}:{(any ? "" : " nothing changes")}");
        output.Write(shown);
        refusals.AddRange(refused);
        return any;
    }

    private static string Words(ObjectChange change) => $"{change.Kind} {change.Name}: {string.Join("; ", change.Fields)}";

    private static void Print(TextWriter output, ObjectChange change)
    {
        string line = $"{change.Sign} {change.Kind} {PlainText.Of(change.Name)}";
        output.WriteLine(change.Sign switch { '+' => Style.Good(line), '-' => Style.Bad(line), '!' => Style.Bad(line), _ => Style.Warn(line) });
        foreach (string field in change.Fields)
            output.WriteLine($"    {PlainText.Of(field)}");
    }

    private sealed record PlannedStep(string Name, string Title, Release? Before, Release After);
}
