import Testing
import Torch

@Suite("Boxes")
struct BoxesTests {
  private let corners = Boxes<XYXY>(Tensor([10, 20, 50, 40, 0, 0, 1, 3, 5, 5, 2, 9] as [Float], shape: [3, 4]))

  @Test("Every format converts to every other and back")
  func conversions() {
    #expect(corners.xywh.values.array(Float.self) == [10, 20, 40, 20, 0, 0, 1, 3, 5, 5, -3, 4])
    #expect(corners.cxcywh.values.array(Float.self) == [30, 30, 40, 20, 0.5, 1.5, 1, 3, 3.5, 7, -3, 4])
    for back in [corners.xywh.xyxy, corners.cxcywh.xyxy, corners.xywh.cxcywh.xywh.xyxy, corners.cxcywh.xywh.xyxy] {
      #expect(back.values.array(Float.self) == corners.values.array(Float.self))
    }
  }

  @Test("Leading dimensions stay")
  func shapes() {
    let anchors = Boxes<CXCYWH>(Tensor.ones([2, 3, 4]))
    #expect(anchors.xyxy.values.shape == [2, 3, 4])
    #expect(anchors.areas.shape == [2, 3])
    #expect(anchors.count == 6)
    #expect(Boxes<XYWH>.empty.xyxy.values.shape == [0, 4])
    #expect(Boxes<XYWH>.empty.isEmpty)
  }

  @Test("Areas are the same in every format, and negative for a box that is inside out")
  func areas() {
    for areas in [corners.areas, corners.xywh.areas, corners.cxcywh.areas] {
      #expect(areas.array(Float.self) == [800, 3, -12])
    }
  }

  @Test("Pixels become parts of the image's sides")
  func normalized() {
    let parts = corners.cxcywh.normalized(width: 128, height: 64)
    #expect(parts.values[0].array(Float.self) == [0.234375, 0.46875, 0.3125, 0.3125])
    #expect(parts.scaled(x: 128, y: 64).xyxy.values[0].array(Float.self) == [10, 20, 50, 40])
  }

  @Test("Boxes are chosen by number and by mask")
  func chosen() {
    #expect(corners[Tensor([2, 0])].values.array(Float.self) == [5, 5, 2, 9, 10, 20, 50, 40])
    #expect(corners[corners.areas .> 0].count == 2)
  }

  @Test("Gradients pass through a conversion")
  func gradients() {
    let values = Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
    values.requiresGrad = true
    Boxes<CXCYWH>(values).xyxy.values[0..., 2].sum().backward()
    #expect(values.grad?.array(Float.self) == [1, 0, 0.5, 0])
  }
}
