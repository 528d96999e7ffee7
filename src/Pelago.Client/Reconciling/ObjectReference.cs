// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Names an object in an Event or an owner reference.</summary>
public sealed record ObjectReference(string ApiVersion, string Kind, string Namespace, string Name, string Uid, string ResourceVersion = "", string FieldPath = "");
