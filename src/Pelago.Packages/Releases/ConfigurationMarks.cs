// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Rendering;

namespace Pelago.Packages.Releases;

/// <summary>
/// Marks pod templates with a digest of the ConfigMaps and Secrets of the same release that they refer to: a container reads most of them at its start only,
/// and another password is in force when pods have taken the place of those that know the one before.
/// </summary>
internal static class ConfigurationMarks
{
    private const int MarkLength = 32;

    /// <summary>What a difference shows of a mark that nobody has made yet.</summary>
    private const string Another = "another: its pods start anew";

    /// <summary>The release with its marks.</summary>
    /// <param name="before">What is there: a mark of the same contents is kept, so that no pod goes without a change, whatever became of the key. Null: nothing is.</param>
    /// <param name="key">
    /// Without it nobody can try contents against a mark. It has to be hidden from whoever may not read the options, and to be the same as long as they are.
    /// </param>
    public static Release On(Release release, Release? before, string ns, string key) => On(release, before, ns, contents => Digest(key, contents));

    /// <summary>The same for whoever only shows what would change.</summary>
    public static Release Shown(Release release, Release? before, string ns) => On(release, before, ns, _ => Another);

    private static Release On(Release release, Release? before, string ns, Func<string, string> digest)
    {
        Dictionary<ObjectIdentifier, JsonObject> kept = Kept(release, ns), keptBefore = before is null ? [] : Kept(before, ns);
        Dictionary<ObjectIdentifier, JsonObject> old = (before?.Objects ?? []).Where(IsRolled).ToDictionary(json => ObjectIdentifier.Of(json, ns));
        return release with { Objects = [.. release.Objects.Select(Marked)] };

        JsonObject Marked(JsonObject json)
        {
            if (!IsRolled(json) || Contents(json, kept, ns) is not { Length: > 0 } contents)
                return json;
            JsonObject? present = old.GetValueOrDefault(ObjectIdentifier.Of(json, ns));
            bool isSame = present is not null && Contents(present, keptBefore, ns) == contents;
            var marked = (JsonObject)json.DeepClone();
            JsonObject template = marked.ObjectOrNew("spec").ObjectOrNew("template");
            template.ObjectOrNew("metadata").ObjectOrNew("annotations")[PackagesApi.ConfigurationAnnotation] = (isSame ? MarkOf(present!) : null) ?? digest(contents);
            return marked;
        }
    }

    private static string Digest(string key, string contents) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(contents)))[..MarkLength];

    /// <summary>Pods of a Job and those that nothing made cannot be changed.</summary>
    private static bool IsRolled(JsonObject json) => json.String("kind") is "Deployment" or "StatefulSet" or "DaemonSet" && PodOf(json) is not null;

    private static JsonObject? TemplateOf(JsonObject workload) => workload.Object("spec")?.Object("template");

    private static JsonObject? PodOf(JsonObject workload) => TemplateOf(workload)?.Object("spec");

    private static string? MarkOf(JsonObject workload) => TemplateOf(workload)?.Object("metadata")?.Object("annotations")?.String(PackagesApi.ConfigurationAnnotation);

    private static Dictionary<ObjectIdentifier, JsonObject> Kept(Release release, string ns) =>
        release.Objects.Where(json => json.String("kind") is "ConfigMap" or "Secret").ToDictionary(json => ObjectIdentifier.Of(json, ns));

    /// <summary>What a pod is told by the objects that it refers to, and nothing else of them: labels name the version, and that alone is no reason to start anew.</summary>
    private static string Contents(JsonObject workload, Dictionary<ObjectIdentifier, JsonObject> kept, string ns)
    {
        string place = ObjectIdentifier.Of(workload, ns).Namespace;
        var contents = new StringBuilder();
        foreach ((string kind, string name) in References(PodOf(workload)!).Distinct().OrderBy(one => one.Kind, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal))
        {
            if (!kept.TryGetValue(new ObjectIdentifier("", kind, place, name), out JsonObject? json))
                continue;
            contents.Append(kind).Append(' ').Append(name).Append('\n');
            foreach (string part in (string[])["data", "stringData", "binaryData"])
                contents.Append(CanonicalJson.Of(json[part])).Append('\n');
        }

        return contents.ToString();
    }

    private static IEnumerable<(string Kind, string Name)> References(JsonObject pod)
    {
        foreach (JsonObject container in Items(pod, "initContainers").Concat(Items(pod, "containers")))
        {
            foreach (JsonObject from in Items(container, "envFrom"))
            {
                if (Named(from.Object("configMapRef"), from.Object("secretRef")) is { } named)
                    yield return named;
            }

            foreach (JsonObject from in Items(container, "env").Select(variable => variable.Object("valueFrom")).OfType<JsonObject>())
            {
                if (Named(from.Object("configMapKeyRef"), from.Object("secretKeyRef")) is { } named)
                    yield return named;
            }
        }

        foreach (JsonObject volume in Items(pod, "volumes"))
        {
            if (Named(volume.Object("configMap"), volume.Object("secret"), "secretName") is { } named)
                yield return named;
            foreach (JsonObject source in volume.Object("projected") is { } projected ? Items(projected, "sources") : [])
            {
                if (Named(source.Object("configMap"), source.Object("secret")) is { } part)
                    yield return part;
            }
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject json, string field) => (json.Array(field) ?? []).OfType<JsonObject>();

    private static (string Kind, string Name)? Named(JsonObject? configMap, JsonObject? secret, string secretName = "name") =>
        configMap?.String("name") is { } name ? ("ConfigMap", name) : secret?.String(secretName) is { } hidden ? ("Secret", hidden) : null;
}
