// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>What concerns an installation as a whole: its revisions, the sum of its clusters, its end.</summary>
internal sealed class InstallationWork(IKubeApi api, RecordStore records, Journal journal, TimeProvider time)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Long enough for somebody who has written a package and not yet the installation of it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // What an installation as a whole is in is what the worst of its clusters is in.
    private static readonly string[] WorstFirst =
    [
        InstallationPhase.Failed, InstallationPhase.Unreachable, InstallationPhase.RollingBack, InstallationPhase.RolledBack, InstallationPhase.Degraded,
        InstallationPhase.Removing, InstallationPhase.Pending, InstallationPhase.Applying, InstallationPhase.Waiting, InstallationPhase.Healthy,
    ];

    public async Task<ReconcileResult> RunAsync(Installation installation, CancellationToken cancel)
    {
        string[] finalizers = [.. (installation.Object.Finalizers ?? []).Select(item => item?.ToString() ?? "")];
        if (installation.IsDeleting)
        {
            if (installation.Clusters.Values.All(state => state.Phase == InstallationPhase.Removed))
                await FinishAsync(installation, finalizers, cancel);
            else
                await SumUpAsync(installation, cancel);
            return ReconcileResult.Done;
        }

        if (!finalizers.Contains(PackagesApi.Finalizer))
        {
            await journal.WriteFinalizersAsync(installation, finalizers.Append(PackagesApi.Finalizer), cancel);
            return ReconcileResult.Done; // its own change brings it back
        }

        if (!installation.IsObserved || !installation.IsSealed)
            await RecordAsync(installation, cancel);
        else
            await SumUpAsync(installation, cancel);
        return ReconcileResult.Done;
    }

    /// <summary>A spec that is another than before is a new revision.</summary>
    private async Task RecordAsync(Installation installation, CancellationToken cancel)
    {
        if (await MovedAsync(installation, cancel))
            return; // its own change brings it back
        if (installation.Spec.Secrets.Length > 0)
            await records.OwnAsync(installation.Namespace, installation.Spec.Secrets, installation, cancel);
        JsonObject spec = installation.Spec.ToJson();
        var status = new JsonObject { ["observedGeneration"] = installation.Object.Generation, ["sealed"] = true };
        InstallationRevision? last = installation.History.Count > 0 ? installation.History[^1] : null;
        if (last?.Record != RecordStore.DigestOf(spec))
        {
            string record = await records.PutAsync(installation.Namespace, spec, cancel, installation.Name);
            string cause = installation.Object.Annotations?.String(PackagesApi.CauseAnnotation) ?? (last is null ? "installed" : "changed");
            var revision = new InstallationRevision((last?.Number ?? 0) + 1, installation.Spec.Package, installation.Spec.Version, installation.Spec.Digest, record, cause, MetaTime.Now(time)) { Secrets = installation.Spec.Secrets };
            status["revision"] = revision.Number;
            status["phase"] = InstallationPhase.Pending; // what is said of the revision before is not said of this one
            status["ready"] = $"0/{installation.Spec.ClusterNames(api.Cluster).Count()}";
            // What the last one came to is known for the last time: from now on the clusters speak of this one.
            status["history"] = RevisionHistory.ToJson(RevisionHistory.With(installation, PhaseOf(installation), revision));
        }

        await journal.WriteAsync(installation, status, cancel);
        await records.SweepAsync(installation.Namespace, await NamedAsync(installation.Namespace, null, cancel), Grace, cancel);
    }

    /// <summary>Whoever writes installations by hand, or wrote one with an earlier program, may have left secrets in it: they are moved to where they belong.</summary>
    private async Task<bool> MovedAsync(Installation installation, CancellationToken cancel)
    {
        InstallationSpec spec = installation.Spec;
        if (spec.Options.Count == 0 && spec.Clusters.All(target => target.Options.Count == 0))
            return false;
        JsonObject? schema;
        try
        {
            schema = PackageRecord.Read(await records.ReadAsync(installation.Namespace, spec.Digest, cancel))?.Config;
        }
        catch (Exception unread) when (unread is JsonException or ApiStatusException { Status.Code: 400 or 404 })
        {
            return false; // what is no package is not installed either
        }

        string ns = installation.Namespace, name = installation.Name;
        var secrets = new SecretRecords(records);
        (InstallationSpec opened, string lost) = await secrets.OpenToChangeAsync(ns, name, spec, cancel);
        if (!HasSecret(spec.Options) && !spec.Clusters.Any(target => HasSecret(target.Options)))
            return false;
        // Whoever applies a document of elsewhere again and again has the same secrets each time.
        if (lost.Length > 0 && installation.History.Count > 0)
            opened = opened with { Secrets = installation.History[^1].Secrets };
        InstallationSpec bare = await secrets.SealAsync(ns, name, opened, schema, cancel);
        var changed = new KubeObject((JsonObject)installation.Object.Json.DeepClone());
        changed.Json["spec"] = bare.ToJson();
        JsonObject annotations = changed.Metadata.ObjectOrNew("annotations");
        annotations.Remove(LastApplied); // it says them once more
        if (lost.Length > 0)
            annotations[PackagesApi.CauseAnnotation] = $"secret options given again, for those of before are lost ({lost})";
        else if (installation.IsObserved)
            annotations[PackagesApi.CauseAnnotation] = "secret options moved into a Secret";
        (await api.UpdateAsync(installation.Path, changed.ToUtf8(), new WriteQuery { FieldManager = PackagesApi.FieldManager }, cancel)).BodyOrThrow();
        return true;

        bool HasSecret(JsonObject options) => SecretOptions.Split(schema, options, opened.SecretPaths).Secret.Count > 0;
    }

    private async Task SumUpAsync(Installation installation, CancellationToken cancel)
    {
        string[] names = [.. installation.Spec.ClusterNames(api.Cluster)];
        int ready = installation.ReadyOf(StatesOf(installation));
        string phase = PhaseOf(installation);
        IEnumerable<string> said = installation.Clusters.Where(pair => pair.Value.Message.Length > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => installation.Clusters.Count == 1 && names.Length == 1 ? pair.Value.Message : $"{pair.Key}: {pair.Value.Message}");
        string message = string.Join("; ", said.Take(5)), count = $"{ready}/{names.Length}";
        // Nothing to say is no message: there are API servers (Debian's 1.20) that take an empty text for null and refuse it.
        IReadOnlyList<InstallationRevision> history = RevisionHistory.Settled(installation, phase, isLast: false);
        JsonObject? inForce = InForce(installation);
        var status = new JsonObject { ["phase"] = phase, ["ready"] = count, ["message"] = message.Length > 0 ? message : null, ["inForce"] = inForce };
        bool isNews = phase != installation.Phase || message != installation.Message || count != installation.Ready
            || !JsonEquality.DeepEquals(inForce, installation.Object.Status?.Object("inForce"));
        if (!history.SequenceEqual(installation.History))
            (status["history"], isNews) = (RevisionHistory.ToJson(history), true);
        if (isNews)
            await journal.WriteAsync(installation, status, cancel);
    }

    /// <summary>Which revision is there, which is another one than is asked for while that is not begun, and when it was given up. Null: none is.</summary>
    private JsonObject? InForce(Installation installation)
    {
        long number = StatesOf(installation).Max(state => state.InForce);
        InstallationRevision? revision = installation.History.LastOrDefault(one => one.Number == number);
        return revision is null ? null : new JsonObject { ["revision"] = revision.Number, ["version"] = revision.Version };
    }

    private ClusterState[] StatesOf(Installation installation) =>
        [.. installation.Spec.ClusterNames(api.Cluster).Select(name => installation.Clusters.GetValueOrDefault(name) ?? new ClusterState())];

    private string PhaseOf(Installation installation) => installation.IsDeleting
        ? InstallationPhase.Removing
        : StatesOf(installation).Select(state => state.Revision == installation.Revision ? state.Phase : state.Phase is InstallationPhase.Unreachable ? state.Phase : InstallationPhase.Pending).MinBy(name => Array.IndexOf(WorstFirst, name))!;

    /// <summary>Nothing of it is left on any cluster: its records go, unless another installation needs them, and then itself.</summary>
    private async Task FinishAsync(Installation installation, string[] finalizers, CancellationToken cancel)
    {
        if (!finalizers.Contains(PackagesApi.Finalizer))
            return;
        IReadOnlySet<string> named = await NamedAsync(installation.Namespace, installation.Name, cancel);
        await records.RemoveAsync(installation.Namespace, installation.Records().Where(digest => !named.Contains(digest)), cancel);
        // Those of releases before the last one, which nothing names any more.
        await records.RemoveOfAsync(installation.Namespace, installation.Name, named, cancel);
        await journal.WriteFinalizersAsync(installation, finalizers.Where(name => name != PackagesApi.Finalizer), cancel);
    }

    /// <summary>The records that the installations of a namespace need, those of one of them not counted.</summary>
    private async Task<IReadOnlySet<string>> NamedAsync(string ns, string? except, CancellationToken cancel)
    {
        ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Installations, ns), ListQuery.Everything, cancel);
        return (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new Installation(new KubeObject(item)))
            .Where(other => other.Name != except).SelectMany(other => other.Records()).ToHashSet(StringComparer.Ordinal);
    }
}
