// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>One object to apply.</summary>
internal sealed record Manifest(JsonObject Document)
{
    public string ApiVersion => Document.String("apiVersion") ?? "";
    public string Kind => Document.String("kind") ?? "";
    public string Name => Document.Object("metadata")?.String("name") ?? "";
    public string Namespace => Document.Object("metadata")?.String("namespace") ?? "";

    public GroupVersionResource Resource
    {
        get
        {
            string[] parts = ApiVersion.Split('/');
            string plural = Kind.ToLowerInvariant() + "s";
            return parts.Length == 2 ? new GroupVersionResource(parts[0], parts[1], plural) : new GroupVersionResource("", ApiVersion, plural);
        }
    }

    public ResourcePath Path => new(Resource, Namespace, Name);

    public InstalledObject Reference => new(ApiVersion, Kind, Namespace, Name);

    public override string ToString() => Namespace.Length > 0 ? $"{Kind} {Namespace}/{Name}" : $"{Kind} {Name}";
}
