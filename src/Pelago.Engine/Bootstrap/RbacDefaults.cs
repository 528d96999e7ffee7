// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Kube;

namespace Pelago.Engine.Bootstrap;

/// <summary>The default roles and bindings, read from <c>rbac-defaults.txt</c>; its head says how it is written.</summary>
internal static class RbacDefaults
{
    public const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";
    private const string ApiGroup = RbacAuthorizer.Group;
    private const string LabelPrefix = "rbac.authorization.k8s.io/";

    /// <summary>Complete objects, roles before bindings.</summary>
    public static IReadOnlyList<KubeObject> Read()
    {
        using Stream stream = typeof(RbacDefaults).Assembly.GetManifestResourceStream("rbac-defaults.txt")!;
        using var reader = new StreamReader(stream);
        var objects = new List<KubeObject>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] == ' ')
                objects[^1].Json.Array("rules")!.Add((JsonNode)Rule(words).ToJson());
            else
                objects.Add(words[0].EndsWith("Binding", StringComparison.Ordinal) ? Binding(words) : Role(words));
        }

        return objects;
    }

    private static KubeObject Role(string[] words)
    {
        KubeObject role = NewObject(words);
        JsonObject labels = role.Labels!;
        for (int i = 2; i + 1 < words.Length; i += 2)
        {
            string label = LabelPrefix + words[i + 1];
            if (words[i] == "label")
                labels[label] = "true";
            else
                role.Json["aggregationRule"] = new JsonObject
                {
                    ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [label] = "true" } }),
                };
        }

        role.Json["rules"] = new JsonArray();
        return role;
    }

    private static KubeObject Binding(string[] words)
    {
        KubeObject binding = NewObject(words);
        (string kind, string name) = Pair(words[2], '=');
        binding.Json["roleRef"] = new JsonObject { ["apiGroup"] = ApiGroup, ["kind"] = kind, ["name"] = name };
        binding.Json["subjects"] = new JsonArray([.. words.Skip(3).Select(word => (JsonNode)Subject(word))]);
        return binding;
    }

    private static JsonObject Subject(string word)
    {
        (string kind, string name) = Pair(word, '=');
        if (kind != "ServiceAccount")
            return new JsonObject { ["apiGroup"] = ApiGroup, ["kind"] = kind, ["name"] = name };
        (string ns, name) = Pair(name, '/');
        return new JsonObject { ["kind"] = kind, ["name"] = name, ["namespace"] = ns };
    }

    private static PolicyRule Rule(string[] words)
    {
        string[] verbs = [.. words[0].Split(',').SelectMany(Verbs)];
        return words.Length == 2
            ? new PolicyRule { Verbs = verbs, NonResourceUrls = words[1].Split(',') }
            : new PolicyRule
            {
                Verbs = verbs, ApiGroups = [.. words[1].Split(',').Select(group => group == "core" ? "" : group)], Resources = words[2].Split(','),
                ResourceNames = words.Length > 3 ? words[3].Split(',') : [],
            };
    }

    private static string[] Verbs(string word) => word switch
    {
        "read" => ["get", "list", "watch"],
        "write" => ["create", "delete", "deletecollection", "patch", "update"],
        _ => [word],
    };

    private static KubeObject NewObject(string[] words)
    {
        int slash = words[1].IndexOf('/', StringComparison.Ordinal);
        var metadata = new JsonObject { ["name"] = words[1][(slash + 1)..] };
        if (slash > 0)
            metadata["namespace"] = words[1][..slash];
        metadata["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        metadata["annotations"] = new JsonObject { [AutoUpdate] = "true" };
        return new KubeObject(new JsonObject { ["apiVersion"] = $"{ApiGroup}/v1", ["kind"] = words[0], ["metadata"] = metadata });
    }

    private static (string First, string Second) Pair(string word, char separator)
    {
        int at = word.IndexOf(separator, StringComparison.Ordinal);
        return (word[..at], word[(at + 1)..]);
    }
}
