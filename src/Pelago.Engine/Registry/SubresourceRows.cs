// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>The subresources that rows share.</summary>
internal static class SubresourceRows
{
    public static Subresource Status(string kind) =>
        new() { Name = "status", Kind = kind, Verbs = ResourceVerbs.GetPatchUpdate, Fields = ["status"] };

    public static Subresource Scale(ScaleMapping mapping) => new()
    {
        Name = "scale", Group = "autoscaling", Version = "v1", Kind = "Scale", Verbs = ResourceVerbs.GetPatchUpdate,
        Form = SubresourceForm.Scale, Scale = mapping,
    };

    public static Subresource Part(string name, string kind, IReadOnlyList<string> verbs, params string[] fields) =>
        new() { Name = name, Kind = kind, Verbs = verbs, Fields = fields };

    public static Subresource Handler(string name, string kind, string? group = null, string? version = null) => new()
    {
        Name = name, Group = group, Version = version, Kind = kind, Verbs = ResourceVerbs.Create, Form = SubresourceForm.Handler,
    };

    public static Subresource Connect(string name, string kind, IReadOnlyList<string> verbs) =>
        new() { Name = name, Kind = kind, Verbs = verbs, Form = SubresourceForm.Connect };
}
