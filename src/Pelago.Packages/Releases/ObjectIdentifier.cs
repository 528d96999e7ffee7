// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Releases;

/// <summary>Which object a document of a release is about; two versions of a group name the same object.</summary>
/// <param name="Namespace">As the document has it, or the installation's.</param>
public readonly record struct ObjectIdentifier(string Group, string Kind, string Namespace, string Name)
{
    public static ObjectIdentifier Of(JsonObject json, string defaultNamespace)
    {
        var item = new KubeObject(json);
        string group = GroupVersion.TryParse(item.ApiVersion, out GroupVersion version) ? version.Group : "";
        return new ObjectIdentifier(group, item.Kind, item.Namespace.Length > 0 ? item.Namespace : defaultNamespace, item.Name);
    }

    public override string ToString() => $"{Kind} {Name}";
}
