// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Aggregation;

/// <summary>One APIService (apiregistration/v1): who serves a group version.</summary>
internal sealed record ApiService
{
    public required string Name { get; init; }
    public required GroupVersion Serves { get; init; }

    /// <summary>Null: this API server itself.</summary>
    public RemoteService? Service { get; init; }

    /// <summary>PEM, base64 as it is in the object; empty: the authorities of the machine.</summary>
    public string AuthorityBundle { get; init; } = "";
    public bool SkipsVerification { get; init; }
    public long GroupPriority { get; init; }
    public long VersionPriority { get; init; }

    /// <summary>As the availability controller last found it.</summary>
    public bool IsAvailable { get; init; }

    public static ApiService Read(StoredObject stored) => Read(KubeObject.Parse(stored.Json));

    public static ApiService Read(KubeObject item)
    {
        JsonObject spec = item.Spec ?? [];
        JsonObject? service = spec.Object("service");
        return new ApiService
        {
            Name = item.Name,
            Serves = new GroupVersion(spec.String("group") ?? "", spec.String("version") ?? ""),
            Service = service is null ? null : new RemoteService(
                service.String("namespace") ?? "", service.String("name") ?? "", (int)(service.Integer("port") ?? 443)),
            AuthorityBundle = spec.String("caBundle") ?? "",
            SkipsVerification = spec.Boolean("insecureSkipTLSVerify") == true,
            GroupPriority = spec.Integer("groupPriorityMinimum") ?? 0,
            VersionPriority = spec.Integer("versionPriority") ?? 0,
            IsAvailable = Condition(item)?.String("status") == "True",
        };
    }

    public static JsonObject? Condition(KubeObject item) =>
        (item.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "Available");

    /// <summary>What of it decides how it is reached.</summary>
    public bool IsReachedAs(ApiService other) =>
        Service == other.Service && AuthorityBundle == other.AuthorityBundle && SkipsVerification == other.SkipsVerification;
}
