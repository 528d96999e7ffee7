// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>The verb lists that discovery shows and routing checks, sorted as upstream prints them.</summary>
internal static class ResourceVerbs
{
    public static readonly IReadOnlyList<string> All = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    public static readonly IReadOnlyList<string> AllButDeleteCollection = ["create", "delete", "get", "list", "patch", "update", "watch"];
    public static readonly IReadOnlyList<string> ReadOnly = ["get", "list"];
    public static readonly IReadOnlyList<string> Create = ["create"];
    public static readonly IReadOnlyList<string> Update = ["update"];
    public static readonly IReadOnlyList<string> Get = ["get"];
    public static readonly IReadOnlyList<string> GetPatchUpdate = ["get", "patch", "update"];
    public static readonly IReadOnlyList<string> CreateGet = ["create", "get"];
    public static readonly IReadOnlyList<string> Proxy = ["create", "delete", "get", "patch", "update"];
}
