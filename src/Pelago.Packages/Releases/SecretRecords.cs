// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Options;

namespace Pelago.Packages.Releases;

/// <summary>
/// Keeps the secret options of an installation out of it: they lie in a Secret beside it, which is its own and which it names by a digest. The document has
/// a salt, so that nobody who reads the digest can try passwords against it.
/// </summary>
public sealed class SecretRecords(RecordStore records)
{
    private const int SaltBytes = 16;

    /// <summary>The spec with its secret options among the others. Throws an <see cref="ApiStatusException"/> when they are not there, or are another installation's.</summary>
    /// <param name="name">Of the installation.</param>
    public async Task<InstallationSpec> OpenAsync(string ns, string name, InstallationSpec spec, CancellationToken cancel)
    {
        if (spec.Secrets.Length == 0)
            return spec;
        JsonObject document = await ReadAsync(ns, name, spec.Secrets, cancel);
        JsonObject clusters = document.Object("clusters") ?? [];
        return spec with
        {
            // What stands in the spec was given later.
            Options = OptionMerge.Merge(document.Object("options") ?? [], spec.Options),
            Clusters = [.. spec.Clusters.Select(target => target with { Options = OptionMerge.Merge(clusters.Object(target.Name) ?? [], target.Options) })],
            Salt = document.String("salt") ?? "",
            SecretPaths = PathsOf(document),
        };
    }

    /// <summary>
    /// The same for whoever changes the installation: where its secret options are lost, as in a copy from elsewhere, or are another's, it has none, and those
    /// of the change take their place.
    /// </summary>
    /// <returns>The spec, and why its secret options are not to be had; empty where they are.</returns>
    public async Task<(InstallationSpec Spec, string Lost)> OpenToChangeAsync(string ns, string name, InstallationSpec spec, CancellationToken cancel)
    {
        try
        {
            return (await OpenAsync(ns, name, spec, cancel), "");
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 404)
        {
            return (spec with { Secrets = "" }, lost.Status.Message);
        }
    }

    /// <summary>
    /// What a change of an installation starts from, likewise: what is in force, and not what was asked for and given up, or it would come back with each
    /// change that names something else.
    /// </summary>
    public async Task<(InstallationSpec Spec, string Lost)> OpenToChangeAsync(Installation installation, CancellationToken cancel) =>
        await OpenToChangeAsync(installation.Namespace, installation.Name, await InForceAsync(installation, cancel), cancel);

    /// <summary>The spec that is in force, without its secret options; the last that was asked for where no other one is, or is known any more.</summary>
    public async Task<InstallationSpec> InForceAsync(Installation installation, CancellationToken cancel)
    {
        try
        {
            return installation.StillInForce is { } before ? InstallationSpec.Read(await records.ReadAsync(installation.Namespace, before.Record, cancel)) : installation.Spec;
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 404)
        {
            return installation.Spec;
        }
    }

    /// <summary>
    /// The spec as an installation has it: its secret options are kept beside it, and so is what was kept there before though the schema does not call it
    /// secret any more. Those that the Secret which the spec names has already are not kept again, so that what is the same reads the same.
    /// </summary>
    /// <param name="spec">With all its options.</param>
    /// <param name="schema">The config.json of its package.</param>
    public async Task<InstallationSpec> SealAsync(string ns, string name, InstallationSpec spec, JsonObject? schema, CancellationToken cancel)
    {
        JsonObject? before = await BeforeAsync(ns, name, spec.Secrets, cancel);
        IReadOnlyList<string[]> paths = SecretOptions.Paths(schema, [.. spec.SecretPaths, .. before is null ? [] : PathsOf(before)]);
        (JsonObject open, JsonObject secret) = SecretOptions.SplitAt(paths, spec.Options);
        var targets = new List<ClusterTarget>();
        var clusters = new JsonObject();
        foreach (ClusterTarget target in spec.Clusters)
        {
            (JsonObject openHere, JsonObject secretHere) = SecretOptions.SplitAt(paths, target.Options);
            targets.Add(target with { Options = openHere });
            if (secretHere.Count > 0)
                clusters[target.Name] = secretHere;
        }

        InstallationSpec bare = spec with { Options = open, Clusters = targets, Salt = "", SecretPaths = [] };
        if (secret.Count == 0 && clusters.Count == 0)
            return bare with { Secrets = "" };
        var document = new JsonObject { ["installation"] = name, ["options"] = secret, ["clusters"] = clusters };
        string salt = SaltOf(before, document) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltBytes));
        document["salt"] = salt;
        return bare with { Secrets = await records.PutAsync(ns, document, cancel, name) };
    }

    /// <summary>The document that was kept before; null when there is none, or none that may be read.</summary>
    private async Task<JsonObject?> BeforeAsync(string ns, string name, string digest, CancellationToken cancel)
    {
        try
        {
            return digest.Length == 0 ? null : await ReadAsync(ns, name, digest, cancel);
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 403 or 404)
        {
            return null;
        }
    }

    /// <summary>The salt of the document that was kept before, when it says the same; else null.</summary>
    private static string? SaltOf(JsonObject? before, JsonObject wanted)
    {
        if (before?.String("salt") is not { } salt)
            return null;
        before.Remove("salt");
        return JsonEquality.DeepEquals(before, wanted) ? salt : null;
    }

    /// <summary>Of all options that a document has: what is secret on one cluster is so on each.</summary>
    private static IReadOnlyList<string[]> PathsOf(JsonObject document) =>
        [.. (document.Object("clusters") ?? []).Select(pair => pair.Value).OfType<JsonObject>().Prepend(document.Object("options") ?? []).SelectMany(SecretOptions.PathsOf)];

    private async Task<JsonObject> ReadAsync(string ns, string name, string digest, CancellationToken cancel)
    {
        JsonObject document = await records.ReadAsync(ns, digest, cancel);
        // Whoever may write one installation is not to have another's secrets printed by it.
        return document.String("installation") == name
            ? document
            : throw new ApiStatusException(ApiStatus.BadRequest($"{digest} is not the secret options of {name}"));
    }
}
