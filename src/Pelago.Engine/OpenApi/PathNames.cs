// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.OpenApi;

/// <summary>Names of definitions that every path refers to.</summary>
internal static class PathNames
{
    public const string Patch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
    public const string DeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
    public const string Status = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
    public const string ListMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
}
