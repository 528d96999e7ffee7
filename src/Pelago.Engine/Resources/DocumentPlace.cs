// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>Whether a document is about what its path says. The namespace of the path goes into the document.</summary>
internal static class DocumentPlace
{
    public static ApiStatus? Check(ResourceRequest request, KubeObject document)
    {
        string name = document.Name;
        if (request.Name.Length > 0 && name != request.Name)
            return name.Length == 0 ? UnrecognizedBody.NoName(request.Name) : UnrecognizedBody.WrongName(name, request.Name);
        string ns = document.Namespace;
        if (!request.Kind.Namespaced)
        {
            document.Metadata.Remove("namespace");
            return null;
        }

        if (ns.Length > 0 && ns != request.Namespace)
            return request.Name.Length == 0 ? UnrecognizedBody.WrongNamespace() : UnrecognizedBody.WrongNamespace(ns, request.Namespace);
        document.Namespace = request.Namespace;
        return null;
    }
}
