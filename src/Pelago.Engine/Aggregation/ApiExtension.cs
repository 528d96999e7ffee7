// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Engine;

/// <summary>
/// A group version that another part of this process serves, as an aggregated API server would, without a connection between. Requests come when the user
/// is known and was allowed; refusals are an <see cref="ApiStatusException"/>.
/// </summary>
/// <param name="Serves">The group and version, none of the engine's own.</param>
/// <param name="ResourceList">Its APIResourceList, for discovery.</param>
/// <param name="HandleAsync">Answers a request below <c>/apis/GROUP/VERSION/</c>.</param>
public sealed record ApiExtension(GroupVersion Serves, JsonObject ResourceList, Func<HttpContext, ExtensionRequest, CancellationToken, Task> HandleAsync);

/// <summary>What is asked for, as authorization understood it: an extension reads no path of its own.</summary>
/// <param name="Verb">get, list, create, update, patch, delete, deletecollection or watch.</param>
/// <param name="Namespace">Empty: all, or none.</param>
/// <param name="Name">Empty: the collection.</param>
public sealed record ExtensionRequest(string Verb, string Namespace, string Resource, string Name, string Subresource);
