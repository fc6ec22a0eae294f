@_exported import FoveaData
@_exported import FoveaImaging
@_exported import FoveaMetrics
@_exported import FoveaModels
@_exported import FoveaTraining
@_exported import Torch
