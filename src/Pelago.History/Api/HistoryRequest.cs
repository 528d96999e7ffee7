// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Api;

/// <summary>What is asked of history's API by a user who may: verb and path as an API server understands them. No name: the collection.</summary>
public sealed record HistoryRequest(string Verb, string Namespace, string Resource, string Name, string Subresource);
